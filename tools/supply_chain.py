#!/usr/bin/env python3
"""Checks every crate of the locked build against deny.toml: licence, name, source, wildcard requirements.

It covers what `cargo deny check bans licenses sources` would say about these keys, from `cargo metadata` alone, so that
nothing has to be compiled or downloaded for it. What it does not know (a key it does not read) it refuses.
"""

import json
import pathlib
import re
import subprocess
import sys
import tomllib

READS = {
    "graph": {"targets", "all-features"},
    "licenses": {"version", "allow", "exceptions", "confidence-threshold", "private"},
    "bans": {"multiple-versions", "wildcards", "allow-wildcard-paths", "deny"},
    "sources": {"unknown-registry", "unknown-git", "allow-registry", "allow-git"},
}


def allowed(expression, allow):
    """Whether one way to read an SPDX expression consists of allowed licences only. AND binds closer than OR."""
    # Before SPDX expressions, cargo wrote "MIT/Apache-2.0" for a choice.
    tokens = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))

    def either():
        value = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            value = both() or value
        return value

    def both():
        value = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            value = one() and value
        return value

    def one():
        token = tokens.pop(0)
        if token == "(":
            value = either()
            if tokens.pop(0) != ")":
                raise ValueError(expression)
            return value
        if tokens and tokens[0] == "WITH":
            tokens.pop(0)
            token = f"{token} WITH {tokens.pop(0)}"
        return token in allow

    value = either()
    if tokens:
        raise ValueError(f"cannot read {expression!r}")
    return value


def metadata(root, target):
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target]
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def faults_of(rules, data):
    """One sentence for each breach among the packages that the target really builds."""
    allow = set(rules["licenses"]["allow"])
    exceptions = {one["crate"]: set(one["allow"]) for one in rules["licenses"]["exceptions"]}
    banned = {ban["name"]: ban for ban in rules["bans"]["deny"]}
    registries = {f"registry+{url}" for url in rules["sources"]["allow-registry"]}
    built = {node["id"] for node in data["resolve"]["nodes"]}
    names = {package["id"]: package["name"] for package in data["packages"]}
    users = {}
    for node in data["resolve"]["nodes"]:
        for need in node["deps"]:
            users.setdefault(need["pkg"], set()).add(names[node["id"]])
    for package in data["packages"]:
        name = f"{package['name']} {package['version']}"
        if package["id"] not in built:
            continue
        if ban := banned.get(package["name"]):
            # As cargo-deny reads it: a wrapper may use what is banned, and nobody else.
            others = users.get(package["id"], set()) - set(ban.get("wrappers", []))
            if others or not ban.get("wrappers"):
                by = f" (used by {', '.join(sorted(others))})" if others else ""
                yield f"{name} is banned{by}: {ban['reason']}"
        if not package["license"]:
            yield f"{name} states no licence"
        elif not allowed(package["license"], allow | exceptions.get(package["name"], set())):
            yield f"{name} has a licence that is not allowed: {package['license']}"
        if package["source"] is None:
            for need in package["dependencies"]:
                if need["req"] == "*" and not need.get("path"):
                    yield f"{name} asks for any version of {need['name']}"
        elif package["source"] not in registries:
            yield f"{name} comes from {package['source']}"


def proves_itself():
    """The reader of licence expressions is where a mistake would let everything through."""
    allow = {"MIT", "ISC", "Apache-2.0 WITH LLVM-exception"}
    good = ["MIT", "GPL-3.0 OR MIT", "GPL-3.0/MIT", "MIT AND ISC", "(GPL-3.0 OR ISC) AND MIT",
            "Apache-2.0 WITH LLVM-exception OR GPL-3.0"]
    bad = ["GPL-3.0", "MIT AND GPL-3.0", "Apache-2.0", "(GPL-3.0 OR LGPL-2.1) AND MIT", "GPL-3.0 OR MIT AND LGPL-2.1"]
    wrong = [e for e in good if not allowed(e, allow)] + [e for e in bad if allowed(e, allow)]
    if wrong:
        sys.exit(f"the licence reader is wrong about {wrong}")


def main():
    proves_itself()
    root = pathlib.Path(__file__).resolve().parent.parent
    rules = tomllib.loads((root / "deny.toml").read_text())
    unread = [f"{part}.{key}" for part, keys in rules.items() for key in keys if key not in READS.get(part, set())]
    if unread:
        sys.exit(f"deny.toml: {', '.join(unread)} is not read by tools/supply_chain.py")
    faults, count = set(), set()
    for target in rules["graph"]["targets"]:
        data = metadata(root, target)
        faults.update(faults_of(rules, data))
        count.update(node["id"] for node in data["resolve"]["nodes"])
    for fault in sorted(faults):
        print(fault)
    print(f"{len(count)} crates against {len(rules['licenses']['allow'])} licences, "
          f"{len(rules['bans']['deny'])} banned names and {len(rules['sources']['allow-registry'])} registry: "
          f"{len(faults)} breaches")
    sys.exit(1 if faults or not count else 0)


if __name__ == "__main__":
    main()
