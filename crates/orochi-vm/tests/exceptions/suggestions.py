class Thing:
    value = 1
    def method(self):
        return valeu
try:
    raise KeyError('first')
except KeyError:
    try:
        Thing().vlaue
    except AttributeError:
        try:
            Thing().method()
        except NameError:
            something = 1
            somethign
