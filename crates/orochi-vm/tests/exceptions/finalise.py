def gen(name):
    try:
        yield 1
    finally:
        print('closed', name)
def bad():
    try:
        yield 1
    finally:
        raise ValueError('in finally')
async def coro(): pass
class Del:
    def __del__(self): raise KeyError('del')
def make():
    for name in 'ab':
        g = gen(name); next(g)
    g = bad(); next(g)
    for i in range(5): coro()
    Del()
def deep(n):
    return deep(n - 1) if n else [None] * 50
make()
deep(50)
for i in range(3): _collect()
print('end')
