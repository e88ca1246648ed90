#!/usr/bin/env bash
# Install the editors that test_editors.py drives, where this system lets us; their tests are skipped where it does not.
set -u

have_eglot() { emacs --batch --eval '(progn (package-initialize) (require (quote eglot)))' >/dev/null 2>&1; }
if command -v nvim >/dev/null && have_eglot; then
    exit 0
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "no editors were installed: that needs apt-get and root" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
{
    apt-get update -qq
    # Emacs 29 brings eglot along; older ones take it from its own package.
    apt-get install -y -qq --no-install-recommends neovim emacs-nox &&
        { have_eglot || apt-get install -y -qq --no-install-recommends elpa-eglot; }
} >/dev/null 2>&1 || echo "no editors were installed: apt-get did not do it" >&2
exit 0
