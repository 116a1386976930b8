s = "Hello, World"
print(s, len(s), s[0], s[-1], s[7:], s[:5], s[::-1])
print(s.upper(), s.lower(), s.replace("World", "You"))
print(s.split(", "), "-".join(["a", "b", "c"]), " x ".strip())
print("lo" in s, s.find("o"), s.find("z"), s.count("l"), s.startswith("He"), s.endswith("d"))
print('single', "double", '''triple
lines''', "tab\there", r"raw\n", "esc\\aped \"quotes\" \x41 \u00e9 \N{BULLET}")
print(repr("it's"), repr('say "hi"'), repr("both ' and \""), repr("\n\t\x00\x7f"))
print("con" "cat" 'enated')
print("%s is %d years and %.2f m, %5d|%-5d|%05d %x %r %%" % ("Bob", 30, 1.756, 42, 42, 42, 255, "q"))
print("{} {} {0}".replace("{0}", "zero").format(1, 2))
print("{0} {1} {0} {name}".format("a", "b", name="n"))
x = 5
print(f"{x} {x + 1} {x!r:>5} {'nested'} {x=}")
print("a" < "b", "abc" < "abd", "Z" < "a", "" < "a", "abc" == "abc")
print(ord("a"), chr(98), chr(0x1F600), ascii("é"))
for ch in "abc":
    print(ch, end=" ")
print()
print("abc".isalpha(), "123".isdigit(), "a1".isalnum(), "  ".isspace())
print(str(1), str(1.5), str(None), str([1, "a"]), str(("x",)))
try:
    s[0] = "J"
except TypeError as error:
    print(error)
try:
    "a" + 1
except TypeError as error:
    print(error)
try:
    s[100]
except IndexError as error:
    print(error)
print("multi\nline\ntext".splitlines(), "a,b,,c".split(","), " a  b ".split())
