"""Holds manifests against the published schemas of Kubernetes, all files in one process.

Usage: schemas.py RELEASE[,RELEASE...] FILE...

Prints a line for each fault: the file, the document (from 0), the release and the fault, with tabs between them.
"""

import functools
import sys

import kubernetes_validate
import yaml
from kubernetes_validate import utils

# A schema is read once, not for each object.
utils.schema_contents = functools.lru_cache(maxsize=None)(utils.schema_contents)


def objects(document):
    if isinstance(document, dict) and document.get("kind") == "List":
        return document.get("items") or []
    return [document]


def fault(thing, release):
    try:
        kubernetes_validate.validate(thing, release, strict=True)
    except kubernetes_validate.SchemaNotFoundError as error:
        return f"there is no schema of {error.api_version} {error.kind}"
    except kubernetes_validate.ValidationError as error:
        return f"{'.'.join(map(str, error.path))}: {error.message}"
    except Exception as error:  # whatever an object is that is none
        return f"{type(error).__name__}: {error}"
    return None


def main(releases, files):
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for file in files:
        with open(file, encoding="utf-8") as text:
            try:
                documents = list(yaml.load_all(text, loader))
            except yaml.YAMLError as error:
                print(file, 0, "-", " ".join(str(error).split()), sep="\t")
                continue
        for number, document in enumerate(documents):
            for thing in objects(document) if document is not None else []:
                for release in releases:
                    found = fault(thing, release)
                    if found:
                        print(file, number, release, " ".join(found.split()), sep="\t")


main(sys.argv[1].split(","), sys.argv[2:])
