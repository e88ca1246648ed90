"""One error told by every tool whose tracebacks people paste, on another machine than this one."""

from __future__ import annotations

MESSAGE = "mat1 and mat2 shapes cannot be multiplied (4x288 and 128x10)"
_PLAIN = f"""\
Traceback (most recent call last):
  File "/srv/ann/proj/train.py", line 13, in <module>
    main()
  File "/srv/ann/proj/train.py", line 9, in main
    net(torch.rand(4, 3, 8, 8)).sum().backward()
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/srv/ann/venv/lib/python3.11/site-packages/torch/nn/modules/module.py", line 1778, in _wrapped_call_impl
    return self._call_impl(*args, **kwargs)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/srv/ann/proj/models/net.py", line 13, in forward
    return self.fc(x.flatten(1))
           ^^^^^^^^^^^^^^^^^^^^^
  File "/srv/ann/venv/lib/python3.11/site-packages/torch/nn/modules/linear.py", line 134, in forward
    return F.linear(input, self.weight, self.bias)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
RuntimeError: {MESSAGE}
"""
_IPYTHON = f"""\
---------------------------------------------------------------------------
RuntimeError                              Traceback (most recent call last)
Cell In[2], line 4
      2 from models.net import Net
      3 net = Net()
----> 4 net(torch.rand(4, 3, 8, 8))

File ~/venv/lib/python3.11/site-packages/torch/nn/modules/module.py:1778, in Module._wrapped_call_impl(self, *args)
   1776     return self._compiled_call_impl(*args, **kwargs)  # type: ignore[misc]
   1777 else:
-> 1778     return self._call_impl(*args, **kwargs)

File ~/proj/models/net.py:13, in Net.forward(self, x)
     11 def forward(self, x):
     12     x = self.conv(x).relu()
---> 13     return self.fc(x.flatten(1))

File ~/venv/lib/python3.11/site-packages/torch/nn/modules/linear.py:134, in Linear.forward(self, input)
    130 def forward(self, input: Tensor) -> Tensor:
--> 134     return F.linear(input, self.weight, self.bias)

RuntimeError: {MESSAGE}
"""
_OLD_IPYTHON = f"""\
---------------------------------------------------------------------------
RuntimeError                              Traceback (most recent call last)
<ipython-input-2-aa0> in <module>
----> 1 net(torch.rand(4, 3, 8, 8))

/srv/ann/proj/models/net.py in forward(self, x)
     11     def forward(self, x):
     12         x = self.conv(x).relu()
---> 13         return self.fc(x.flatten(1))

/srv/ann/venv/lib/python3.8/site-packages/torch/nn/modules/linear.py in forward(self, input)
    113     def forward(self, input: Tensor) -> Tensor:
--> 114         return F.linear(input, self.weight, self.bias)

RuntimeError: {MESSAGE}
"""
_PYTEST_LONG = f"""\
=================================== FAILURES ===================================
__________________________________ test_shape __________________________________

    def test_shape():
        net = Net()
>       assert net(torch.rand(4, 3, 8, 8)).shape == (4, 10)
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^

tests/test_net.py:8: 
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ 
/srv/ann/venv/lib/python3.11/site-packages/torch/nn/modules/module.py:1778: in _wrapped_call_impl
    return self._call_impl(*args, **kwargs)
models/net.py:13: in forward
    return self.fc(x.flatten(1))
           ^^^^^^^^^^^^^^^^^^^^^
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ 

self = Linear(in_features=128, out_features=10, bias=True)

    def forward(self, input: Tensor) -> Tensor:
>       return F.linear(input, self.weight, self.bias)
E       RuntimeError: {MESSAGE}

/srv/ann/venv/lib/python3.11/site-packages/torch/nn/modules/linear.py:134: RuntimeError
=========================== short test summary info ============================
FAILED tests/test_net.py::test_shape - RuntimeError: mat1 and mat2 shapes can...
"""
_PYTEST_SHORT = f"""\
=================================== FAILURES ===================================
__________________________________ test_shape __________________________________
tests/test_net.py:8: in test_shape
    assert net(torch.rand(4, 3, 8, 8)).shape == (4, 10)
models/net.py:13: in forward
    return self.fc(x.flatten(1))
/srv/ann/venv/lib/python3.11/site-packages/torch/nn/modules/linear.py:134: in forward
    return F.linear(input, self.weight, self.bias)
E   RuntimeError: {MESSAGE}
=========================== short test summary info ============================
FAILED tests/test_net.py::test_shape - RuntimeError: mat1 and mat2 shapes can...
"""
_RICH = f"""\
╭───────────────────── Traceback (most recent call last) ──────────────────────╮
│ /srv/ann/proj/train.py:9 in main                                             │
│                                                                              │
│    8 │   for _ in range(2):                                                  │
│ ❱  9 │   │   net(torch.rand(4, 3, 8, 8)).sum().backward()                    │
│   10                                                                         │
│                                                                              │
│ /srv/ann/venv/lib/python3.11/site-packages/torch/nn/modules/module.py:177800 │
│ 8 in _wrapped_call_impl                                                      │
│                                                                              │
│ ❱ 1778 │   │   │   return self._call_impl(*args, **kwargs)                   │
│                                                                              │
│ /srv/ann/a-folder-with-quite-a-long-name-such-as-the-clusters-have/models/ne │
│ t.py:13 in forward                                                           │
│                                                                              │
│   12 │   │   x = self.conv(x).relu()                                         │
│ ❱ 13 │   │   return self.fc(x.flatten(1))                                    │
│   14                                                                         │
╰──────────────────────────────────────────────────────────────────────────────╯
RuntimeError: {MESSAGE}
"""
_COMPILED = """\
Traceback (most recent call last):
  File "/srv/ann/proj/train.py", line 9, in main
    net(torch.rand(4, 3, 8, 8)).sum().backward()
  File "/srv/ann/venv/lib/python3.11/site-packages/torch/_dynamo/utils.py", line 3938, in _wrap_graph_break
    raise exc.with_traceback(e.__traceback__) from None
torch._dynamo.exc.TorchRuntimeError: RuntimeError when making fake tensor call
  Explanation: Dynamo failed to run FX node with fake tensors: call_function <built-in function linear>(*(FakeTensor(\
..., size=(4, 288)), Parameter(FakeTensor(..., size=(10, 128)))), **{}): got RuntimeError('a and b must have same \
reduction dim, but got [4, 288] X [128, 10].')

from user code (torch.compile):
   File "/srv/ann/proj/models/net.py", line 13, in forward
    return self.fc(x.flatten(1))
  File "/srv/ann/venv/lib/python3.11/site-packages/torch/nn/modules/linear.py", line 134, in forward
    return F.linear(input, self.weight, self.bias)

Set TORCHDYNAMO_VERBOSE=1 for the internal stack trace
"""


def prefixed(prefix: str, text: str = _PLAIN) -> str:
    """Return a text as a program writes it that puts something in front of each line."""
    return "".join(f"{prefix}{line}\n" for line in text.splitlines())


_COLOURED = (
    _PLAIN.replace('"/srv', '\x1b[35m"/srv')
    .replace('", line', '"\x1b[0m, line')
    .replace("RuntimeError", "\x1b[1;35mRuntimeError\x1b[0m")
)
STYLES = {
    "plain": _PLAIN,
    "in colours": _COLOURED,
    "of Windows": _PLAIN.replace("/srv/ann/proj/models/", "C:\\ann\\proj\\models\\").replace("\n", "\r\n"),
    "ipython": _IPYTHON,
    "ipython in colours": _IPYTHON.replace("File ~", "\x1b[36mFile ~").replace(":13, in", ":13\x1b[0m, in"),
    "old ipython": _OLD_IPYTHON,
    "pytest": _PYTEST_LONG,
    "pytest, short": _PYTEST_SHORT,
    "pytest, editor cut blanks": _PYTEST_LONG.replace(": \n", ":\n").replace("_ \n", "_\n"),
    "rich": _RICH,
    "compiled": _COMPILED,
    "github": prefixed("2026-02-03T10:11:12.1234567Z "),
    "github, rich": prefixed("2026-02-03T10:11:12.1234567Z ", _RICH),
    "gitlab": prefixed("2026-02-03T10:11:12.123456Z 01O ", _PYTEST_SHORT).replace(" 01O ", " "),
    "docker": prefixed("trainer-1  | "),
    "torchrun": prefixed("[default0]:[rank0]: "),
    "ray": prefixed("(train_fn pid=1234, ip=10.0.0.1) "),
    "logging": prefixed("2026-02-03 10:11:12,123 - ERROR - "),
    "logging of torch": prefixed("E0203 10:11:12.123000 4321 torch/elastic/api.py:88] [0/0] "),
    "syslog": prefixed("Feb  3 10:11:12 gpu1 python[99]: "),
    "without its beginning": _PLAIN.partition("\n")[2],
    "in a mail": prefixed("> "),
}
