class DefaultConfig:
    num_epochs = 2
    batch_size = 4
    lr = 1e-3

    # data: 1 to read the pictures grey, 3 to read them with their colours
    input_channel = 3
    crop_height = 24
    crop_width = 32

    num_classes = 1
