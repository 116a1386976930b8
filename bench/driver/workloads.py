"""The pyperformance workloads we run, and their groups.

`TWELVE` are the classics, `FORTY_TWO` the list that "the 42" means everywhere:
34 benchmark scripts which hold 42 timings, since some scripts time several
things (`deepcopy` three, `logging` three, `scimark` five).
"""

TWELVE = ("chaos deltablue fannkuch float go hexiom nbody nqueens pyflate raytrace "
          "richards spectral_norm").split()

FORTY_TWO = ("async_generators async_tree chaos comprehensions coroutines deepcopy deltablue "
             "fannkuch float gc_collect gc_traversal generators go hexiom json_dumps json_loads "
             "logging mdp meteor_contest nbody nqueens pickle pidigits pyflate raytrace "
             "regex_compile regex_effbot richards richards_super scimark spectral_norm telco "
             "typing_runtime_protocols unpack_sequence").split()

# Workloads beyond the 42 that are pure Python and need no other package.
MORE = ("argparse barnes_hut base64 bpe_tokeniser crypto_pyaes decimal_factorial decimal_pi "
        "pprint regex_dna regex_v8 xml_etree").split()

# Workloads of the scaling bar: private work in every thread.
SCALING = "richards raytrace deltablue nbody go hexiom float chaos json_dumps pyflate".split()

GROUPS = {"classics": TWELVE, "42": FORTY_TWO, "all": FORTY_TWO, "more": MORE,
          "everything": FORTY_TWO + MORE, "scaling": SCALING}

# Command-line arguments a script wants; most want none.
ARGUMENTS = {
    "async_tree": ["none"],
    "pickle": ["--pure-python", "pickle"],
    "argparse": ["many_optionals"],
}


def select(words):
    """Workload names for group names and workload names given by the user."""
    chosen = []
    for word in words:
        names = GROUPS.get(word, [word])
        chosen += [name for name in names if name not in chosen]
    return chosen
