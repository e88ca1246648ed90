#!/usr/bin/env bash
# Drive the packaged extension in VS Code's workbench: Restricted Mode, trust, squiggle, hover, quick fix, hints, lens.
#
#   run.sh DIR AUTOFIX PICTURES
#
# DIR is where install.sh put the workbench, AUTOFIX the command under test; pictures of every step land in PICTURES.
# Ends with an error unless the file that was repaired by mouse and keyboard is the one that the command line writes.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
workbench="$(cd "${1:?usage: run.sh DIR AUTOFIX PICTURES}" && pwd)"
autofix="$(cd "$(dirname "${2:?}")" && pwd)/$(basename "$2")"
mkdir -p "${3:?}"
pictures="$(cd "$3" && pwd)"
export PATH="$workbench/bin:$PATH"
code_server="$workbench/workbench/node_modules/code-server/out/node/entry.js"

scratch="$(mktemp -d)"
server=""
finish() {
    test -z "$server" || kill -- "-$server" 2>/dev/null || true
    rm -rf "$scratch"
}
trap finish EXIT

# Nothing of the user's own settings or trust is read or changed.
export HOME="$scratch/home" XDG_STATE_HOME="$scratch/state" XDG_CONFIG_HOME="$scratch/config" XDG_DATA_HOME="$scratch/data"
mkdir -p "$HOME" "$scratch/user/User" "$scratch/user/Machine" "$scratch/lenet" "$scratch/expected"
cp "$here/model.py" "$scratch/lenet/model.py"
cp "$here/model.py" "$scratch/expected/model.py"
touch "$scratch/lenet/pyproject.toml" "$scratch/expected/pyproject.toml"
"$autofix" "$scratch/expected/model.py" --apply >/dev/null 2>&1

cp "$here/settings.json" "$scratch/user/User/settings.json"
# A path belongs to the machine that the server runs on.
echo "{\"autofix.serverCommand\": [\"$autofix\", \"lsp\"]}" >"$scratch/user/Machine/settings.json"
options=(--config "$scratch/config.yaml" --user-data-dir "$scratch/user" --extensions-dir "$scratch/extensions"
    --disable-telemetry --disable-update-check --disable-getting-started-override)
node "$code_server" "${options[@]}" --install-extension "$here/../../torch-autofix.vsix" >"$scratch/install.log" 2>&1 ||
    { cat "$scratch/install.log"; exit 1; }

port="$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')"
set -m
node "$code_server" "${options[@]}" --auth none --bind-addr "127.0.0.1:$port" >"$scratch/server.log" 2>&1 &
server=$!
set +m

if ! NODE_PATH="$workbench/workbench/node_modules" node "$here/drive.cjs" \
    "http://127.0.0.1:$port/?folder=$scratch/lenet" "$scratch/lenet/model.py" "$scratch/expected/model.py" "$pictures"; then
    tail -n 40 "$scratch/server.log"
    find "$scratch/user/logs" -name 'autofix.log' -exec sh -c 'echo "--- $1"; tail -n 60 "$1"' _ {} \;
    exit 1
fi
