package knowledge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// conversationBase has failure modes whose evidence people bring in pieces.
const conversationBase = `
-- acme-two-halves.yaml --
id: acme-two-halves
title: Two halves
systems: [Acme]
severity: high
version: 1
cause: It is so.
signatures:
  - gives: certain
    all:
      - regexp: 'ACME_FIRST_HALF of (?P<account>[a-z]{1,20})'
      - literal: ACME_SECOND_HALF
checks:
  - text: Look.
    language: sql
    statements:
      - dialect: postgres
        statement: SELECT om."NAME" FROM "AO_E8B6CC_ORGANIZATION_MAPPING" om WHERE om."NAME" = {account};
    parameters:
      - name: account
        type: string
        capture: true
        how: the account
-- acme-near.yaml --
id: acme-near
title: Two lines that stand together
systems: [Acme]
severity: high
version: 1
cause: It is so.
signatures:
  - gives: certain
    within: 200
    all:
      - literal: ACME_NEAR_ONE
      - literal: ACME_NEAR_TWO
-- acme-in-order.yaml --
id: acme-in-order
title: One after the other
systems: [Acme]
severity: high
version: 1
cause: It is so.
signatures:
  - gives: certain
    within: 1
    in_order: true
    all:
      - literal: ACME_ORDER_ONE
      - literal: ACME_ORDER_TWO
-- acme-asks.yaml --
id: acme-asks
title: The kind of token decides
systems: [Acme]
severity: high
version: 1
cause: It is so.
signatures:
  - gives: certain
    all:
      - literal: ACME_ASKS
      - fact: token.kind
        is: ghu
  - gives: unsure
    any:
      - literal: ACME_ASKS
    none:
      - fact: token.kind
        is: gho
needs:
  - fact: token.kind
    how: Look.
-- questions/token.kind.yaml --
fact: token.kind
text: Which kind?
choices:
  - value: ghu
    label: ghu_
  - value: gho
    label: gho_
`

// A conversation is one case: the observation of each message under its key.
type conversation struct {
	t    *testing.T
	base *Base
	key  []byte
	keys []string
	said map[string]Observation
}

func newConversation(t *testing.T, b *Base) *conversation {
	return &conversation{t: t, base: b, key: []byte("the key of the case, 32 bytes..."), said: map[string]Observation{}}
}

// prior are the observations of all messages but one, as they come out of a
// store.
func (c *conversation) prior(but string) []Observation {
	var all []Observation
	for _, k := range c.keys {
		if k == but {
			continue
		}
		text, err := json.Marshal(c.said[k])
		if err != nil {
			c.t.Fatal(err)
		}
		var o Observation
		if err := json.Unmarshal(text, &o); err != nil {
			c.t.Fatal(err)
		}
		all = append(all, o)
	}
	return all
}

// say diagnoses a message; saying the same key again is an edit.
func (c *conversation) say(key, text string, answers ...Answer) Diagnosis {
	c.t.Helper()
	d, err := c.base.Diagnose(Input{Text: []byte(text), Now: testNow, Prior: c.prior(key), Answers: answers, Key: c.key, Observe: Observed})
	if err != nil {
		c.t.Fatal(err)
	}
	if !slices.Contains(c.keys, key) {
		c.keys = append(c.keys, key)
	}
	c.said[key] = d.Observation
	return d
}

// remove takes a message out of the case.
func (c *conversation) remove(key string) {
	c.keys = slices.DeleteFunc(c.keys, func(k string) bool { return k == key })
}

// again ranks what is known again, without a new message.
func (c *conversation) again(answers ...Answer) Diagnosis {
	c.t.Helper()
	d, err := c.base.Diagnose(Input{Now: testNow, Prior: c.prior(""), Answers: answers, Key: c.key})
	if err != nil {
		c.t.Fatal(err)
	}
	return d
}

// led says what a diagnosis leads with.
func led(d Diagnosis) string {
	if len(d.Candidates) == 0 {
		return string(d.Verdict)
	}
	return string(d.Verdict) + " " + d.Candidates[0].ID
}

func wantLed(t *testing.T, what string, d Diagnosis, want string) {
	t.Helper()
	if got := led(d); got != want {
		t.Errorf("%s: %s, want %s", what, got, want)
	}
}

func newConversationBase(t *testing.T) *Base {
	return testBase(t, txtar.Parse([]byte(conversationBase)).Files)
}

func TestFollowUpCompletesTheEvidence(t *testing.T) {
	c := newConversation(t, newConversationBase(t))
	wantLed(t, "the first half", c.say("1", "ERROR ACME_FIRST_HALF of lighthouse\n"), "unknown")
	wantLed(t, "thanks", c.say("2", "thank you for looking"), "unknown")
	d := c.say("3", "and this line:\nERROR ACME_SECOND_HALF")
	wantLed(t, "the second half", d, "certain acme-two-halves")
	var earlier, here bool
	for _, e := range d.Candidates[0].Evidence {
		earlier = earlier || e.Source == "earlier message" && e.Line == 0 && e.Text == "ACME_FIRST_HALF of lighthouse"
		here = here || e.Line == 2 && e.Text == "ACME_SECOND_HALF"
	}
	if !earlier || !here {
		t.Errorf("the evidence is %v", d.Candidates[0].Evidence)
	}
	check := d.Candidates[0].Checks[0]
	if len(check.Queries) != 1 || !strings.Contains(string(check.Queries[0].Query), "= 'lighthouse';") {
		t.Errorf("the value of an earlier message does not fill the query: %v", check)
	}
	wantLed(t, "again", c.again(), "certain acme-two-halves")

	wantLed(t, "the first message edited", c.say("1", "never mind"), "unknown")
	wantLed(t, "again after the edit", c.again(), "unknown")
	wantLed(t, "edited back", c.say("1", "ACME_FIRST_HALF of windmill"), "certain acme-two-halves")
	if d := c.again(); !strings.Contains(string(d.Candidates[0].Checks[0].Queries[0].Query), "= 'windmill';") {
		t.Errorf("the edit does not fill the query: %v", d.Candidates[0].Checks[0])
	}
	c.remove("3")
	wantLed(t, "the second half deleted", c.again(), "unknown")
	c.remove("1")
	c.remove("2")
	if _, err := c.base.Diagnose(Input{Now: testNow}); err == nil {
		t.Error("a case without messages is diagnosed")
	}
}

func TestOneMessageStaysWhole(t *testing.T) {
	c := newConversation(t, newConversationBase(t))
	near := strings.Repeat("line\n", 50)
	wantLed(t, "together", c.say("1", "ACME_NEAR_ONE\n"+near+"ACME_NEAR_TWO"), "certain acme-near")
	wantLed(t, "chatter behind it", c.say("2", "any idea?"), "certain acme-near")
	wantLed(t, "in order", c.say("3", "x ACME_ORDER_ONE then ACME_ORDER_TWO"), "certain acme-in-order")
	c.remove("1")
	wantLed(t, "in order, again", c.again(), "certain acme-in-order")
	wantLed(t, "out of order", newConversation(t, c.base).say("1", "x ACME_ORDER_TWO then ACME_ORDER_ONE"), "unknown")
	o := newConversation(t, c.base)
	o.say("1", "x ACME_ORDER_TWO then ACME_ORDER_ONE")
	wantLed(t, "out of order, again", o.again(), "unknown")
}

// A signature that states its reach never joins what two messages said.
func TestReachEndsWithTheMessage(t *testing.T) {
	b := newConversationBase(t)
	for _, filler := range []int{0, 1, 150, 199_990} {
		c := newConversation(t, b)
		c.say("1", strings.Repeat("x\n", filler)+"ACME_NEAR_ONE")
		wantLed(t, fmt.Sprintf("after %d lines", filler), c.say("2", "ACME_NEAR_TWO"), "unknown")
		wantLed(t, "again", c.again(), "unknown")
		wantLed(t, "in order", c.say("3", "ACME_ORDER_ONE"), "unknown")
		wantLed(t, "in order", c.say("4", "ACME_ORDER_TWO"), "unknown")
	}
}

func TestAnswersRankAgain(t *testing.T) {
	c := newConversation(t, newConversationBase(t))
	d := c.say("1", "ACME_ASKS")
	wantLed(t, "the message", d, "unsure acme-asks")
	if d.Question == nil || d.Question.ID != "token.kind" {
		t.Fatalf("asks %v", d.Question)
	}
	d = c.again(Answer{"token.kind", "ghu"})
	wantLed(t, "ghu", d, "certain acme-asks")
	if d.Question != nil {
		t.Errorf("asks %v again", d.Question)
	}
	if !slices.ContainsFunc(d.Candidates[0].Evidence, func(e Evidence) bool { return e.Source == "answer" && e.Text == "token.kind = ghu" }) {
		t.Errorf("the answer is not among the evidence: %v", d.Candidates[0].Evidence)
	}
	wantLed(t, "gho", c.again(Answer{"token.kind", "gho"}), "unknown")
	wantLed(t, "taken back", c.again(), "unsure acme-asks")
	// What a message shows is corrected by what a person answers.
	c.say("2", "the statement says\n token_kind\n------------\n gho_\n(1 row)")
	wantLed(t, "read gho, answered ghu", c.again(Answer{"token.kind", "ghu"}), "certain acme-asks")
	wantLed(t, "the last answer counts", c.again(Answer{"token.kind", "gho"}, Answer{"token.kind", "ghu"}), "certain acme-asks")
}

// The log first, the result of the statement in the next message.
func TestBuiltinConversation(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	c := newConversation(t, b)
	d := c.say("1", "2026-02-03 04:05:10,299+0000 Caesium-1-2 WARN ServiceRunner [c.a.j.p.d.spi.github.GithubClientWithTimeout] Failed to execute request [GET /users/ORG1234] response code: 401, errors:\nBad credentials (401)\n")
	wantLed(t, "the log", d, "certain jira-dvcs-github-bad-credentials")
	if d.Question == nil || d.Question.ID != "token.kind" {
		t.Errorf("asks %v, want token.kind", d.Question)
	}
	d = c.say("2", "here you are\n  NAME   | token_kind\n---------+------------\n ORG1234 | ghu_\n(1 row)")
	wantLed(t, "ghu", d, "certain jira-dvcs-github-bad-credentials")
	if len(d.Candidates) > 0 && !d.Candidates[0].Causes[0].Established {
		t.Errorf("the cause is not established: %v", d.Candidates[0].Causes)
	}
	if d.Question != nil && d.Question.ID == "token.kind" {
		t.Error("asks for the kind again")
	}
	d = c.say("2", "here you are\n  NAME   | token_kind\n---------+------------\n ORG1234 | gho_\n(1 row)")
	if len(d.Candidates) > 0 && d.Candidates[0].ID == "jira-dvcs-github-bad-credentials" {
		t.Errorf("gho_ rules it out, but %s", led(d))
	}
	c.remove("2")
	wantLed(t, "the result deleted", c.again(), "certain jira-dvcs-github-bad-credentials")
}

func TestObservationRoundTrip(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	hits := 0
	for _, l := range b.List("") {
		m, _ := b.Lookup(l.ID)
		for _, text := range m.Examples.Match {
			d, err := b.Diagnose(Input{Text: []byte(text), Now: testNow, Observe: Observed})
			if err != nil {
				t.Fatal(err)
			}
			encoded, err := json.Marshal(d.Observation)
			if err != nil {
				t.Fatal(err)
			}
			var back Observation
			if err := json.Unmarshal(encoded, &back); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(d.Observation, back); diff != "" {
				t.Errorf("%s (-made +read):\n%s", m.ID, diff)
			}
			hits += len(back.Hits)
			again, err := b.Diagnose(Input{Now: testNow, Prior: []Observation{back}})
			if err != nil {
				t.Fatal(err)
			}
			if again.Verdict.rank() < d.Verdict.rank() || len(again.Candidates) == 0 || again.Candidates[0].ID != m.ID {
				t.Errorf("%s: the paste gives %s, its observation %s\n%s", m.ID, led(d), led(again), text)
			}
			plain, err := b.Diagnose(Input{Text: []byte(text), Now: testNow})
			if err != nil {
				t.Fatal(err)
			}
			if plain.Observation.Base != "" || plain.Observation.Hits != nil {
				t.Errorf("%s: an observation that nobody asked for", m.ID)
			}
		}
	}
	if hits < 300 {
		t.Errorf("only %d hits", hits)
	}
}

// An observation outlives the base that made it: what the new one has too, it
// recognises; the rest is passed over.
func TestObservationOutlivesItsBase(t *testing.T) {
	files := txtar.Parse([]byte(conversationBase)).Files
	old := testBase(t, files)
	made, err := old.Diagnose(Input{Text: []byte("ACME_FIRST_HALF of lighthouse\nACME_NEAR_ONE\nACME_NEAR_TWO"), Now: testNow, Observe: Observed})
	if err != nil {
		t.Fatal(err)
	}
	kept := slices.DeleteFunc(slices.Clone(files), func(f txtar.File) bool { return f.Name == "acme-near.yaml" })
	added := strings.ReplaceAll(string(files[0].Data), "acme-two-halves", "aaa-first")
	added = strings.ReplaceAll(added, "ACME_SECOND_HALF", "ACME_THIRD_HALF")
	kept = append(kept, txtar.File{Name: "aaa-first.yaml", Data: []byte(added)})
	b := testBase(t, kept)
	if b.Generation() == old.Generation() || made.Observation.Base != old.Generation() {
		t.Fatalf("generations %s, %s, %s", old.Generation(), b.Generation(), made.Observation.Base)
	}
	for text, want := range map[string]string{
		"ACME_SECOND_HALF": "certain acme-two-halves",
		"ACME_THIRD_HALF":  "certain aaa-first",
		"nothing":          "unknown",
	} {
		d, err := b.Diagnose(Input{Text: []byte(text), Now: testNow, Prior: []Observation{made.Observation}})
		if err != nil {
			t.Fatal(err)
		}
		wantLed(t, text, d, want)
	}
}

// An observation is small whatever the paste, and its hits are not all of one
// clause.
func TestObservationIsBounded(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("\\\"<&>\u2028", 100)
	for name, line := range map[string]string{
		"long values": "GET https://jira.example.com/" + strings.Repeat("\"<", 500) + " oauth_problem=timestamp_refused&oauth_problem_advice=" + long + "\n",
		"many hits":   "GithubClientWithTimeout Failed to execute request [GET /users/ORG1234] response code: 401 Bad credentials (401) oauth_problem=token_rejected\n",
		"one line":    "Bad credentials (401) oauth_problem=token_rejected invalid_grant ",
	} {
		text := fill(line, fullPaste)
		text = append(text, "\ncom.atlassian.applinks oauth_problem=consumer_key_unknown\n"...)
		d, err := b.Diagnose(Input{Text: text, Now: testNow, Observe: Observed})
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := json.Marshal(d.Observation)
		if err != nil {
			t.Fatal(err)
		}
		if len(encoded) > maxObservation {
			t.Errorf("%s: %d bytes", name, len(encoded))
		}
		clauses := map[uint64]int{}
		for _, h := range d.Observation.Hits {
			clauses[h.Clause]++
		}
		if len(clauses) < 2 {
			t.Errorf("%s: hits of %d clauses", name, len(clauses))
		}
	}
}
