print("hello")
print()
print(1, "two", None, True)
print("a", "b", sep="-", end="!\n")
