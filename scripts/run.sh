#!/usr/bin/env bash
# Starts what `./dev run` promises and stops all of it on Ctrl-C. Usage: scripts/run.sh <build folder> native|workers
#
# Without Clerk keys: the offline Clerk (8790), the example app (8789) and the server (8788), which know of each other.
# With CLERK_SECRET_KEY in the environment or in app/.dev.vars: the server alone, with the real Clerk and your app.
set -euo pipefail
readonly build=$1 server_host=$2 vars=app/.dev.vars
pids=()
names=()

fail() {
  printf '✗ %s\n' "$*" >&2
  exit 1
}
stop_all() {
  trap - INT TERM EXIT
  if ((${#pids[@]})); then kill -TERM "${pids[@]}" 2>/dev/null || true; fi
  wait 2>/dev/null || true
}
trap 'stop_all' EXIT
trap 'echo; echo "Stopping."; stop_all; exit 0' INT TERM

# The value of a variable: the environment's, else the file's.
value_of() {
  if [[ -n ${!1:-} ]]; then
    printf '%s' "${!1}"
  elif [[ -e $vars ]]; then
    sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" "$vars" | tail -n 1 | sed -e 's/^"\(.*\)"$/\1/' -e "s/^'\(.*\)'\$/\1/"
  fi
}
require_free() { # port, who wants it, how to choose another
  if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then
    fail "Port $1 is in use, and the $2 needs it. Stop the other program (ss -ltnp 'sport = :$1' shows it)$3."
  fi
}
start() { # name, command...
  local name=$1
  shift
  "$@" &
  pids+=($!)
  names+=("$name")
}
# True when a GET is answered with 200. Needs no curl(1).
answers() {
  local rest=${1#http://} host path line=
  host=${rest%%/*}
  path=/${rest#*/}
  { exec 3<>"/dev/tcp/127.0.0.1/${host##*:}"; } 2>/dev/null || return 1
  printf 'GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$path" "$host" >&3
  IFS= read -r -t 2 line <&3 || true
  exec 3>&-
  [[ $line == *" 200 "* ]]
}
wait_for() { # url, name
  local deadline=$((SECONDS + 60)) i
  while ((SECONDS < deadline)); do
    answers "$1" && return
    for i in "${!pids[@]}"; do
      kill -0 "${pids[$i]}" 2>/dev/null || fail "The ${names[$i]} stopped while starting. Its last words are above."
    done
    sleep 0.1
  done
  fail "The $2 did not answer at $1 within a minute."
}

# One server secret for development, made once and kept out of git.
if [[ -z $(value_of POSTERN_SECRET) ]]; then
  (umask 077 && touch "$vars")
  chmod 600 "$vars"
  printf 'POSTERN_SECRET=%s\n' "$(head -c 32 /dev/urandom | base64 -w0 | tr '+/' '-_' | tr -d '=')" >>"$vars"
  echo "Made a server secret (POSTERN_SECRET) in $vars."
fi

port=$(value_of PORT)
port=${port:-8788}
server_url=$(value_of SERVER_URL)
server_url=${server_url:-http://localhost:$port}
require_free "$port" server ", or set PORT in $vars"

# The database of development stays out of the way, and out of git.
if [[ -z $(value_of DATABASE) ]]; then
  mkdir -p .cache
  export DATABASE=.cache/postern.sqlite
fi

offline=
if [[ -z $(value_of CLERK_SECRET_KEY) ]]; then
  offline=yes
  require_free 8790 "offline Clerk" ""
  require_free 8789 "example app" ""
  export CLERK_PUBLISHABLE_KEY=pk_test_MTI3LjAuMC4xOjg3OTAk CLERK_SECRET_KEY=sk_test_offline_clerk_for_development_only
  export CLERK_API_URL=http://127.0.0.1:8790 CLERK_JWT_TEMPLATE=postern APP_URL=http://localhost:8789
  CLERK_WEBHOOK_SECRET=whsec_$(printf 'the offline Clerk of development' | base64)
  export CLERK_WEBHOOK_SECRET
  # What this server is at the offline Clerk's OAuth server. AUTH_MODE=auto is to find out by itself.
  if [[ $(value_of AUTH_MODE) == clerk-login ]]; then
    export CLERK_OAUTH_CLIENT_ID=offlinemcpserver CLERK_OAUTH_CLIENT_SECRET=offline_secret_of_the_mcp_server
  fi
  start "offline Clerk" "$build/framework/emulators/clerk/clerk-emulator" --port 8790 --webhooks "$server_url/webhooks/clerk" \
    --oauth-callback "$server_url/callback"
  wait_for http://127.0.0.1:8790/.well-known/jwks.json "offline Clerk"
  start "example app" env MCP_SERVER_URL="$server_url" PORT=8789 "$build/examples/acme-app/acme-app"
  wait_for http://127.0.0.1:8789/ "example app"
fi
start_native() { start server "$build/framework/hosts/native/postern" --vars "$vars"; }
# Cloudflare's own emulation of its platform, offline. It takes settings from a file alone, so ours are written into one:
# what $vars says, then what the environment says. What the worker stores stays in .cache/workers.
start_workers() {
  local settings=.cache/workers.vars name
  mkdir -p .cache
  (umask 077 && : >"$settings")
  [[ ! -e $vars ]] || cat "$vars" >>"$settings"
  for name in CLERK_PUBLISHABLE_KEY CLERK_SECRET_KEY CLERK_API_URL CLERK_JWT_KEY CLERK_WEBHOOK_SECRET CLERK_JWT_TEMPLATE CLERK_TOKENS CLERK_MACHINE_ID CLERK_OAUTH_CLIENT_ID CLERK_OAUTH_CLIENT_SECRET APP_URL POSTERN_SECRET POSTERN_SECRET_PREVIOUS \
    AUTH_MODE BRIDGE_QUERY_TOKEN DYNAMIC_REGISTRATION CLIENT_METADATA_DOCUMENTS OAUTH_CLIENTS RATE_LIMITS CLIENT_ADDRESS AUDIT_DAYS ALLOWED_ORIGINS LOG_LEVEL; do
    [[ -z ${!name:-} ]] || printf '%s="%s"\n' "$name" "${!name}" >>"$settings"
  done
  printf 'SERVER_URL="%s"\n' "$server_url" >>"$settings"
  PATH="$PWD/node_modules/.bin:$PATH" start server wrangler dev --config app/wrangler.jsonc --env-file "$PWD/$settings" \
    --local --ip 127.0.0.1 --port "$port" --persist-to .cache/workers --show-interactive-dev-session=false
}
"start_$server_host"
wait_for "http://localhost:$port/readyz" server

cat <<TEXT

  Your MCP server is ready: $server_url/mcp
${offline:+
  Clerk      offline, http://127.0.0.1:8790 (three users, no password)
  Your app   the example shop, http://localhost:8789
}
  Claude     claude mcp add --transport http postern $server_url/mcp
  Cursor     .cursor/mcp.json    { "mcpServers": { "postern": { "url": "$server_url/mcp" } } }
  VS Code    .vscode/mcp.json    { "servers": { "postern": { "type": "http", "url": "$server_url/mcp" } } }
  Inspector  ./dev inspect       (in another terminal)

  Ctrl-C stops everything.

TEXT

# Until Ctrl-C, or until one of them ends by itself.
wait -n "${pids[@]}" || true
for i in "${!pids[@]}"; do
  kill -0 "${pids[$i]}" 2>/dev/null || fail "The ${names[$i]} has stopped; stopping the rest. Its last words are above."
done
