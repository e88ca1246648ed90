"""The network for slices of a size."""
from networks.vit_seg_configs import get_r50_b16_config
from networks.vit_seg_modeling import VisionTransformer


def TransUNet(img_size=64):
    config_vit = get_r50_b16_config()
    return VisionTransformer(config_vit, img_size=img_size)
