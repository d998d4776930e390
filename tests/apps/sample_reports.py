"""Reports of pier-compare with everything that one can hold, of two systems: `linux()` and `wine_8()`."""

import copy

# Nothing of it may reach a page or a terminal as anything but text.
HOSTILE = "<img src=x onerror=alert(1)> </script> & \"quoted\" | `code` *bold* \x1b[31m"

RESET, DATA, OPTIONS = "reset and abort", "stream data", "options and names"

TEXTS = {
    "echo-1B": {"group": DATA, "question": "Does one byte come back?", "contract": ["works"],
                "steps": ["Connect two ends.", "Send one byte, and send it back."],
                "promise": "What is sent arrives.", "sources": ["RFC 9293"]},
    "reset-idle-peer": {"group": RESET, "question": "How does a receive end that begins after a reset?",
                            "contract": ["reset"], "steps": ["Connect two ends.", "Abort one.", HOSTILE],
                            "promise": "A receive after a reset reports it.",
                            "sources": ["RFC 9293, 3.5.3", "https://example.org/reset?a=1&b=2",
                                        "javascript:alert(1)"]},
    "reset-twice": {"group": RESET, "question": "And a second one?", "contract": ["reset", "end"],
                    "blocking_contract": ["end"]},
    "connect-unspecified": {"group": OPTIONS, "question": "What is a connection to 0.0.0.0?", "contract": ["works"],
                            "promise": "It goes to the loopback address of the family."},
    "backlog": {"group": OPTIONS, "question": "What happens to the connection that finds the queue full?",
                "contract": [], "inherent": f"The system decides what it does with it. {HOSTILE}"},
    "send-size": {"group": DATA, "question": "How much does one send take?", "contract": ["all", "part"]},
}

OUTCOMES = {  # of native, poll, uv, blocking
    "linux": {"echo-1B": "works works works works", "reset-idle-peer": "reset reset reset reset",
              "reset-twice": "reset reset end end", "connect-unspecified": "works works works works",
              "backlog": "waits waits waits n/a", "send-size": "part part all part"},
    "wine-8": {"echo-1B": "works works works works", "reset-idle-peer": "end end end end",
               "reset-twice": "end end end end", "connect-unspecified": "unavailable works works works",
               "backlog": "refused refused refused n/a", "send-size": "all all corrupt all"},
}
ENGINES = {"linux": ["native", "poll", "uv", "blocking"], "wine-8": ["native", "wsa-select", "uv", "blocking"]}


def in_contract(behaviour, engine, outcome):
    contract = TEXTS[behaviour]["contract"]
    if engine == "blocking":
        contract = TEXTS[behaviour].get("blocking_contract", contract)
    return engine == "native" or outcome == "n/a" or not contract or outcome in contract


def report(system, outcomes=None):
    """One of that name; the outcomes of another one, if that is said."""
    outcomes = OUTCOMES[outcomes or system]
    behaviours = []
    for name, words in outcomes.items():
        cells = [{"system": system, "engine": engine, "outcome": outcome,
                  "in_contract": in_contract(name, engine, outcome)}
                 for engine, outcome in zip(ENGINES[system], words.split())]
        for cell in cells:
            if cell["outcome"] == "n/a":
                cell["detail"] = "one operation at a time"
            elif cell["outcome"] == "reset":
                cell["detail"] = f"connection reset {HOSTILE}"
        behaviours.append({"id": name, **copy.deepcopy(TEXTS[name]), "outcomes": cells})
    return {"format": "pier-compare", "version": 2, "pier": "0.1.0",
            "systems": [{"name": system, "engines": list(ENGINES[system]),
                         "absent": [{"engine": "absent-one", "reason": "it is not there"}]}],
            "behaviours": behaviours}


def linux():
    return report("linux")


def wine_8():
    return report("wine-8")
