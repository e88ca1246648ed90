import asyncio

from torch import nn


async def numbers():
    for number in (5, 6):
        yield number
        await asyncio.sleep(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(6, 5)
        self.head = nn.Linear(8, 2)

    async def later(self, x):
        async with asyncio.Lock():
            return [self.head(x) async for _ in numbers()][0]

    def forward(self, x):
        return asyncio.run(self.later(self.body(x)))
