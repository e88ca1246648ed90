# scores an utterance with the trained acoustic model
import numpy as np
import torch
import torch.nn as nn
from torch.autograd import Variable


def acoustic_model(path):
    # 43 inputs, as in the training recipe; see README
    net = nn.Sequential(nn.Linear(43, 32), nn.ReLU(), nn.Linear(32, 60))
    net.load_state_dict(torch.load(path))
    return net.eval()


def load_features(path):
    feats = np.load(path)
    feats = (feats - feats.mean(0)) / (feats.std(0) + 1e-5)
    return Variable(torch.from_numpy(feats.astype('float32')))


def main():
    net = acoustic_model('acoustic.pt')
    feats = load_features('utt_0001.npy')
    scores = nn.functional.log_softmax(net(feats), dim=1)
    best = scores.max(1)[1]
    print('frames', scores.size(0), 'states', best[:10].tolist())


if __name__ == '__main__':
    main()
