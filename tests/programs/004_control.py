def sign(n):
    if n < 0:
        return "negative"
    elif n == 0:
        return "zero"
    else:
        return "positive"

print(sign(-3), sign(0), sign(9))
i = 0
while i < 5:
    i += 1
    if i == 2:
        continue
    if i == 4:
        break
    print("while", i)
else:
    print("not printed")
while i:
    i -= 1
else:
    print("while else", i)
for n in range(3):
    print("for", n)
else:
    print("for else")
for n in [1, 2, 3]:
    if n == 2:
        break
else:
    print("not printed")
print("after", n)
for a in range(3):
    for b in range(3):
        if b == a:
            break
        print(a, b)
    else:
        print("row complete", a)
for i in range(0):
    pass
else:
    print("empty loop")
for x, (y, z) in [(1, (2, 3)), (4, (5, 6))]:
    print(x + y + z)
total = 0
for i in range(10, 0, -3):
    total += i
print(total)
for values in ([], [0], "", "a", (), {}, {1}, None, 0, 0.0, 0j, 1):
    print("true" if values else "false", end=" ")
print()
