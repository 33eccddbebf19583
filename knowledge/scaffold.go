package knowledge

import (
	"fmt"
	"strings"
	"time"
)

// Scaffold returns a complete failure mode called id to edit: every field with
// a word on what it holds. It passes validation as it stands and refers to
// [Schema] as schema.json beside it.
func Scaffold(id string, now time.Time) (string, error) {
	if !idPattern.MatchString(id) {
		return "", fmt.Errorf("%q is no id: use lower case words joined by '-', the system first, such as jira-login-refused", cut(id, 80))
	}
	code := strings.ToUpper(strings.ReplaceAll(id, "-", "_")) + "_EXAMPLE"
	return strings.NewReplacer("ID", id, "CODE", code, "DATE", now.UTC().Format(time.DateOnly)).Replace(scaffold), nil
}

const scaffold = `# yaml-language-server: $schema=schema.json
id: ID
title: What fails, in the words of the person who sees it
systems: [Jira]
severity: medium # high: an integration stands still · medium: some users or functions · low: cured by one click
version: 1

cause: Why it happens, in one to three sentences.
causes: # what may lie behind it, likeliest first; 'when' establishes one from the paste
  - text: The likeliest reason.
    when:
      all:
        - fact: http.status
          is: "401"
  - text: The next one.
effect: What the person notices.

signatures:
  # certain: names this failure mode alone · likely: would be said first · unsure: mentioned when asked
  - gives: certain
    within: 20 # lines from the first hit to the last; 1: the same line
    all:
      - literal: CODE
      - regexp: 'for account (?P<account>[A-Za-z0-9._-]{1,64})'
    none:
      - literal: CODE_IGNORED
  - gives: likely
    any:
      - literal: CODE
over: [] # ids of more general failure modes that this one replaces
explains: [] # ids of its consequences

needs:
  - fact: http.status
    how: Paste the status line of the answer.
checks:
  - text: Does the account exist?
    language: shell
    statements:
      - dialect: posix
        statement: curl -s -o /dev/null -w '%{{http_code}}\n' -u USER https://jira.example.com/rest/api/2/user?username={account}
    parameters:
      - name: account
        type: identifier
        capture: true
        pattern: '[A-Za-z0-9._-]{1,64}'
        how: The account that the message names.
    reads: 200 means it exists.
remedies:
  - kind: workaround
    steps:
      - What eases the effect until it is fixed.
  - kind: fix
    steps:
      - What removes the cause.
      - How to see that it worked.
prevention:
  - How to keep it from coming back.
references:
  - title: Where this is written
    url: https://example.com/
    read: "DATE"

examples:
  match: # at least three that differ: a log, a fragment, a person's words
    - "2026-01-02 03:04:05,678+0000 http-nio-8080-exec-1 WARN [c.e.Integration] CODE for account build-bot"
    - |
      our nightly job stopped, the page only says
      CODE
    - '{"status":401,"error":"CODE"}'
  miss: # at least two: the look-alike that belongs elsewhere, and healthy or talked-about text
    - text: "INFO integration healthy, 0 errors"
      is: none
    - text: "WARN certificate of the proxy expires in 12 days"
      is: none
`
