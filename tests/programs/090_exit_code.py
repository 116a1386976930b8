# exit: 3
import sys, atexit
atexit.register(lambda: print("atexit", 1))
atexit.register(lambda: print("atexit", 2))
try:
    sys.exit(3)
finally:
    print("finally")
