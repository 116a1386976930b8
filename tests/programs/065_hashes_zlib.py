# Hash functions and compression: digests, parameters, streams in pieces, what errors say.
import gzip, hashlib, io, zlib
for n in sorted(hashlib.algorithms_guaranteed):
    h=hashlib.new(n, b'abc'*1000); h.update(bytearray(b'x'*100000)); g=h.copy(); g.update(memoryview(b'zz'))
    a=(17,) if n.startswith('shake') else ()
    print(n, h.hexdigest(*a), g.digest(*a)[:4], h.name, h.block_size, h.digest_size)
print(hashlib.blake2b(b'hi', digest_size=20, key=b'k', salt=b's', person=b'p', fanout=2, depth=3, leaf_size=64, node_offset=5, node_depth=1, inner_size=32, last_node=True).hexdigest())
print(hashlib.blake2s(b'hi', digest_size=20, key=b'k', salt=b's', person=b'p', node_offset=2**48-1).hexdigest(), hashlib.blake2b.MAX_KEY_SIZE, hashlib.blake2s.SALT_SIZE)
for f in (lambda: hashlib.md5('x'), lambda: hashlib.md5(3), lambda: hashlib.blake2b(digest_size=65), lambda: hashlib.blake2b(key=b'x'*65), lambda: hashlib.blake2s(node_offset=2**48), lambda: hashlib.blake2b(depth=0),lambda: hashlib.blake2b(fanout=256), lambda: hashlib.blake2b(inner_size=65), lambda: hashlib.new('nope'), lambda: hashlib.blake2b(leaf_size=2**32), lambda: zlib.decompress(b'abc'), lambda: zlib.compress(b'', 77), lambda: zlib.decompress(zlib.compress(b'hello')[:-2]), lambda: zlib.decompressobj(wbits=99), lambda: zlib.compressobj(level=33), lambda: zlib.decompress(zlib.compress(b'x'),bufsize=0), lambda: zlib.decompressobj().decompress(b'zzzz'), lambda: zlib.decompressobj().flush(0), lambda: zlib.decompressobj().decompress(b'', -1), lambda: type(zlib.compressobj())(), lambda: zlib.decompressobj(zdict='a')):
    try: print('ok', f())
    except Exception as e: print(type(e).__module__, type(e).__name__, e)
data=bytes(range(256))*5000
for lvl in (-1,0,1,6,9):
    c=zlib.compress(data,lvl); assert zlib.decompress(c)==data
print(zlib.crc32(data), zlib.adler32(data), zlib.crc32(b'abc', 2**35-7), zlib.adler32(b'abc', -5))
co=zlib.compressobj(9, zlib.DEFLATED, 31); s=co.compress(data[:1000]); c2=co.copy(); s2=s+c2.compress(b'other')+c2.flush(); s+=co.compress(data[1000:])+co.flush(zlib.Z_SYNC_FLUSH)+co.flush()
assert gzip.decompress(s)==data; assert gzip.decompress(s2)==data[:1000]+b'other'
try: co.flush()
except Exception as e: print(type(e), e)
d=zlib.decompressobj(47); out=b''; buf=s+b'tail'
while not d.eof:
    out+=d.decompress(buf,1000); buf=d.unconsumed_tail or b''
print(len(out)==len(data), d.unused_data, d.eof, d.unconsumed_tail)
z=b'hello world dictionary'
co=zlib.compressobj(zdict=z); s=co.compress(b'hello dictionary world')+co.flush()
print(zlib.decompressobj(zdict=z).decompress(s))
try: zlib.decompressobj().decompress(s)
except Exception as e: print(e)
try: zlib.decompressobj(zdict=b'bad').decompress(s)
except Exception as e: print(e)
d=zlib._ZlibDecompressor(); s=zlib.compress(data)
o=d.decompress(s+b'UNUSED',10); print(o,d.needs_input,d.eof); 
while not d.eof: o+=d.decompress(b'', 50000)
print(o==data,d.unused_data,d.needs_input)
try: d.decompress(b'x')
except EOFError as e: print(e)
b=io.BytesIO()
with gzip.GzipFile(fileobj=b, mode='wb', mtime=0) as g: g.write(data)
b.seek(0)
with gzip.GzipFile(fileobj=b) as g: print(g.read(10), len(g.read()))
d=zlib.decompressobj(); s=zlib.compress(data); out=b''
for i in range(0,len(s),777): out+=d.decompress(s[i:i+777])
out+=d.flush(); print(out==data, d.eof)
d=zlib.decompressobj(); x=d.decompress(s,100)+d.flush(); print(x==data)
