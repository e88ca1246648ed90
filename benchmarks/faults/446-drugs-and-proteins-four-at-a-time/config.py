def BIN_config_DBPE():
    config = {}
    config["batch_size"] = 16
    config["input_dim_drug"] = 30
    config["input_dim_target"] = 50
    config["max_drug_seq"] = 5
    config["max_protein_seq"] = 8
    config["emb_size"] = 8
    config["flat_dim"] = 3 * 3 * 6
    return config
