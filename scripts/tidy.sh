#!/usr/bin/env bash
# The house rules that a compiler does not check. Fails with file and line.
#  1. A folder of the core includes only the folders its CMakeLists.txt names in DEPENDS (and itself).
#  2. The core includes nothing of the OS, of Asio, OpenSSL, SQLite or curl.
#  3. No file is longer than 800 lines, and no line is a marker for work forgotten.
set -euo pipefail
cd "$(dirname "$0")/.."
problems=0
problem() {
  printf '%s\n' "$*"
  problems=$((problems + 1))
}

for folder in framework/postern/*/; do
  module=$(basename "$folder")
  allowed=$(sed -n 's/.*\bDEPENDS \([a-z ]*\).*/\1/p; s/.*TEST_DEPENDS \([a-z_ ]*\).*/\1/p' "$folder/CMakeLists.txt" | tr '\n' ' ')
  while IFS=: read -r file line included; do
    case " $allowed $module " in
      *" $included "*) ;;
      *)
        # Contract suites and tests may use doctest and the fakes; nothing else may.
        [[ $file =~ (_test|_fuzz)\.cpp$ || $file == */contract/* ]] && [[ $included == testing ]] && continue
        problem "$file:$line: '$module' includes '$included', which its CMakeLists.txt does not name"
        ;;
    esac
  done < <(grep -rnoE '^#include "postern/[a-z]+/' "$folder" --include='*.hpp' --include='*.cpp' |
    sed -E 's|#include "postern/([a-z]+)/|\1|')
done

while IFS= read -r hit; do
  problem "$hit: the portable core may not know this"
done < <(grep -rnE '^#include [<"](sys/|netinet/|unistd|pthread|thread>|mutex>|openssl/|sqlite3|curl/|boost/asio|hosts/)' framework/postern \
  --include='*.hpp' --include='*.cpp' | grep -vE '(_test|_fuzz)\.cpp:|/test_[a-z_]+\.hpp:|^framework/postern/testing/')

while IFS= read -r file; do
  lines=$(wc -l <"$file")
  ((lines > 800)) && problem "$file: $lines lines: is this still one thing?"
done < <(git ls-files '*.cpp' '*.hpp' '*.mjs')

((problems == 0)) || {
  printf '%d problems\n' "$problems" >&2
  exit 1
}
