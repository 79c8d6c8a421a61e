#!/usr/bin/env bash
# One pass of a tracker that has no server: state is restored, ICE asked, mail sent, pages written, state saved.
# tracker.yml runs it every hour on GitHub Actions; it runs anywhere else as well.
#
#   STATE  where the state is kept between runs: a directory, or s3://bucket/prefix
#   SITE   directory for the pages
#   SAVE   command that makes STATE last, where it is a directory (a push to a branch); it runs after each backup
set -euo pipefail
: "${STATE:?}" "${SITE:?}"
export ICE_AGREEMENTS_HOME="${ICE_AGREEMENTS_HOME:-$PWD/data}"
SENDING="an hourly run was sending"

save_state() {
    ice-agreements backup "$STATE" --keep 1
    if [ -n "${SAVE:-}" ]; then eval "$SAVE"; fi
}

may_send=yes
if [ -e "$ICE_AGREEMENTS_HOME/ice-agreements.sqlite" ]; then
    echo "going on with $ICE_AGREEMENTS_HOME"
elif [[ "$STATE" == *://* ]] || compgen -G "$STATE/ice-agreements-*.sqlite" >/dev/null; then
    # a bucket that cannot be read fails the run here: an empty start would send nothing and forget everything
    if [ "${FIRST_RUN:-no}" != yes ]; then ice-agreements restore "$STATE"; fi
    case "$(ice-agreements sending)" in
        *": restored from "*) ice-agreements sending --resume ;; # the last run ended well: all it sent is in the state
        paused*)
            may_send=no
            echo "::warning::sending stays paused: the last run ended while it was sending, or somebody paused it." \
                "Look at the relay's log; FORCE_RESUME=yes sends again." >&2
            if [ "${FORCE_RESUME:-no}" = yes ]; then ice-agreements sending --resume && may_send=yes; fi
            ;;
    esac
fi

code=0
ice-agreements run || code=$?
case "$code" in
    0) ;;
    3) echo "::warning::a list waits for a person: ice-agreements review list" >&2 ;;
    *) echo "::error::ICE's lists could not be fetched or read; the next run tries again" >&2 ;;
esac

if [ "$may_send" = yes ] && [ -n "${ICE_AGREEMENTS_SMTP_HOST:-}" ]; then
    # saved as paused first: if this run dies while it sends, the next one does not send the same again
    ice-agreements sending --pause "$SENDING"
    save_state
    ice-agreements sending --resume
    ice-agreements alerts send || code=1
fi
ice-agreements publish "$SITE"
save_state
if [ "$code" = 3 ]; then code=0; fi
exit "$code"
