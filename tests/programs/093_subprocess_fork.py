import os, subprocess, sys, threading
def run(*arguments, **options):
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, **options)
    return done.returncode, done.stdout, done.stderr.splitlines()[-1:] 
print(run("-c", "print(1 + 1)"))
print(run("-c", "import sys; sys.exit(7)"), run("-c", "import sys; sys.exit()"), run("-c", "raise SystemExit('text')"))
print(run("-c", "1 / 0"), run("-c", "x ="))
print(run("-c", "import sys; print(sys.argv)", "a", "-b"), run("-", input="print('stdin')\n"), run("-m", "json.tool", input="[1]"))
print(run("/no/such/script.py")[0], run("-m", "no_such_module")[0], run("-V")[1].startswith("Python 3"))
print(run("-O", "-c", "assert False; print(__debug__)"), run("-c", "import os; os._exit(5)"), run("-c", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)")[0])
print(run("-c", "raise KeyboardInterrupt")[0], run("-W", "error", "-c", "import warnings; warnings.warn('w')")[0], run("-c", "import warnings; warnings.warn('shown')")[2] != [])
r, w = os.pipe()
pid = os.fork()
if pid == 0:
    os.close(r)
    t = threading.Thread(target=lambda: os.write(w, b"child thread"))
    t.start(); t.join()
    os._exit(4)
os.close(w)
print(os.read(r, 100), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
stop = threading.Event()
background = threading.Thread(target=stop.wait)
background.start()
sys.stdout.flush()
import warnings
warnings.simplefilter("ignore")
pid = os.fork()
if pid == 0:
    os._exit(threading.active_count())
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
stop.set()
background.join()
p = subprocess.Popen([sys.executable, "-c", "print(input()[::-1])"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
print(p.communicate("abc\n"), p.returncode)
try:
    subprocess.run([sys.executable, "-c", "import time; time.sleep(30)"], timeout=0.3)
except subprocess.TimeoutExpired:
    print("TimeoutExpired")

# Forked by another thread: there the main thread has ended, and can be joined.
script = """
import os, sys, threading
def join_main():
    main.join()
    print('joined', main.is_alive())
    sys.stdout.flush()
def worker():
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    thread = threading.Thread(target=join_main)
    thread.start()
    thread.join()
main = threading.current_thread()
threading.Thread(target=worker).start()
"""
print(subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True).stdout)
