# Which accounts belong to mules? Transfers between accounts as a directed graph, plain PyTorch, no PyG.
import math
import torch
import torch.nn.functional as F


def make_bank(num_accounts=150, num_transfers=900, num_mules=25):
    mule = torch.zeros(num_accounts, dtype=torch.long)
    mule[torch.randperm(num_accounts)[:num_mules]] = 1
    src = torch.randint(0, num_accounts, (num_transfers,))
    dst = torch.randint(0, num_accounts, (num_transfers,))
    # mules get many small sums from all sides
    extra_dst = mule.nonzero().flatten().repeat(8)
    extra_src = torch.randint(0, num_accounts, (len(extra_dst),))
    amount = torch.cat([torch.rand(num_transfers) * 10, torch.rand(len(extra_dst)) * 1.5])
    hour = torch.rand(len(amount)) * 24
    edge_attr = torch.stack([amount.log1p(), (hour / 24 * 2 * math.pi).sin(), (hour / 24 * 2 * math.pi).cos()], dim=1)
    edge_index = torch.stack([torch.cat([src, extra_src]), torch.cat([dst, extra_dst])])
    x = torch.randn(num_accounts, 6)
    x[:, 0] += 0.5 * mule
    return x, edge_index, edge_attr, mule


def glorot(fan_in, fan_out):
    bound = math.sqrt(6 / (fan_in + fan_out))
    return torch.empty(fan_in, fan_out).uniform_(-bound, bound).requires_grad_()


def init_params(in_dim, edge_dim, hidden, classes, layers=2):
    params, dims = {}, [in_dim] + [hidden] * layers
    for i, (a, b) in enumerate(zip(dims, dims[1:])):
        params[f"msg{i}"] = glorot(a + edge_dim, b)
        params[f"self{i}"] = glorot(a, b)
        params[f"bias{i}"] = torch.zeros(b, requires_grad=True)
    params["out"] = glorot(hidden, classes)
    return params


def aggregate(messages, dst, num_nodes):
    """Sum of the messages that reach each account: (E, D) -> (N, D)"""
    out = messages.new_zeros(num_nodes, messages.size(1))
    return out.scatter_add_(0, dst, messages)


def layer(params, i, x, edge_index, edge_attr):
    src, dst = edge_index
    messages = F.relu(torch.cat([x[src], edge_attr], dim=1) @ params[f"msg{i}"])
    received = aggregate(messages, dst, x.size(0))
    degree = torch.bincount(dst, minlength=x.size(0)).clamp(min=1).unsqueeze(1)
    return x @ params[f"self{i}"] + received / degree.sqrt() + params[f"bias{i}"]


def forward(params, x, edge_index, edge_attr, layers=2):
    for i in range(layers):
        x = F.relu(layer(params, i, x, edge_index, edge_attr))
    return x @ params["out"]


def auc(score, label):
    pos, neg = score[label == 1], score[label == 0]
    return (pos[:, None] > neg[None]).float().mean().item()


torch.manual_seed(0)
x, edge_index, edge_attr, mule = make_bank()
train = torch.rand(len(mule)) < 0.6
weight = torch.tensor([1.0, 5.0])

params = init_params(x.size(1), edge_attr.size(1), hidden=16, classes=2)
optimizer = torch.optim.Adam(params.values(), lr=0.02, weight_decay=5e-4)
for epoch in range(60):
    logits = forward(params, x, edge_index, edge_attr)
    loss = F.cross_entropy(logits[train], mule[train], weight=weight)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 20 == 19:
        with torch.no_grad():
            s = forward(params, x, edge_index, edge_attr).softmax(1)[:, 1]
        print(f"{epoch + 1:3d} loss {loss.item():.3f} auc {auc(s[~train], mule[~train]):.3f}")
