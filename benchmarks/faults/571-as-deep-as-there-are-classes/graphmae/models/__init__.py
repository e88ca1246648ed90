"""Make the model that the arguments ask for."""
from graphmae.models.edcoder import PreModel


def build_model(args):
    return PreModel(
        in_dim=args.num_features,
        num_hidden=args.num_hidden,
        enc_dim=args.num_classes,
        num_layers=args.num_layers,
        mask_rate=args.mask_rate,
        alpha_l=args.alpha_l,
    )
