"""What is counted, and how."""


class cfg:
    SEED = 3035
    NET = "MCC"
    DATASET = "AIRPORT"
    CLASSES = ["plane", "ship", "car", "truck", "bus", "boat", "person"]
    NUM_CLASSES = len(CLASSES)
    LOG_PARA = 10.0
    LR = 1e-3
    MAX_EPOCH = 2
    BATCH_SIZE = 4
