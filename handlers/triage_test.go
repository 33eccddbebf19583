package handlers

import (
	"testing"
	"time"

	"authfix/knowledge"
)

func TestTriage(t *testing.T) {
	at := func(clock string) time.Time {
		x, err := time.Parse(time.RFC3339, "2026-07-01T"+clock+":00Z")
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	diagnosis := func(v knowledge.Verdict) *knowledge.Diagnosis {
		d := &knowledge.Diagnosis{Verdict: v, Fingerprint: "f1"}
		if v != knowledge.Unknown {
			d.Candidates = []knowledge.Candidate{{ID: "m1", Verdict: v}}
		}
		return d
	}
	on := Policy{On: true, Threshold: knowledge.Likely}
	quiet := Policy{On: true, Threshold: knowledge.Likely, Quiet: &Hours{From: 22 * 60, To: 7 * 60, Zone: "UTC"}}
	said := Said{Verdict: knowledge.Likely, FailureMode: "m1", Fingerprint: "f1"}
	tests := []struct {
		name    string
		policy  Policy
		s       Situation
		verdict knowledge.Verdict
		said    Said
		want    Action
	}{
		{"off", Policy{Threshold: knowledge.Likely}, Situation{}, knowledge.Certain, Said{}, Silence},
		{"certain", on, Situation{}, knowledge.Certain, Said{}, Speak},
		{"likely", on, Situation{}, knowledge.Likely, Said{}, Speak},
		{"likely below the threshold", Policy{On: true, Threshold: knowledge.Certain}, Situation{}, knowledge.Likely, Said{}, Silence},
		{"unsure", on, Situation{}, knowledge.Unsure, Said{}, Silence},
		{"unknown", on, Situation{}, knowledge.Unknown, Said{}, Silence},
		{"itself", on, Situation{Self: true, Asked: true}, knowledge.Certain, Said{}, Silence},
		{"another bot", on, Situation{Bot: true, Asked: true}, knowledge.Certain, Said{}, Silence},
		{"another bot, allowed", Policy{On: true, Bots: true, Threshold: knowledge.Likely}, Situation{Bot: true}, knowledge.Certain, Said{}, Speak},
		{"talk", on, Situation{Talk: true}, knowledge.Unknown, Said{}, Silence},
		{"a greeting to the bot", on, Situation{Talk: true, Asked: true}, knowledge.Unknown, Said{}, Help},
		{"thanks in a case", on, Situation{Talk: true, Asked: true, FollowUp: true}, knowledge.Likely, said, Silence},
		{"quiet hours before midnight", quiet, Situation{Now: at("23:59")}, knowledge.Certain, Said{}, Silence},
		{"quiet hours after midnight", quiet, Situation{Now: at("06:59")}, knowledge.Certain, Said{}, Silence},
		{"the end of the quiet hours", quiet, Situation{Now: at("07:00")}, knowledge.Certain, Said{}, Speak},
		{"asked in the quiet hours", quiet, Situation{Now: at("23:59"), Asked: true}, knowledge.Certain, Said{}, Speak},
		{"asked, certain", Policy{}, Situation{Asked: true}, knowledge.Certain, Said{}, Speak},
		{"asked, unsure", Policy{}, Situation{Asked: true}, knowledge.Unsure, Said{}, Ask},
		{"asked, unknown", Policy{}, Situation{Asked: true}, knowledge.Unknown, Said{}, Admit},
		{"more evidence, the same answer", on, Situation{FollowUp: true}, knowledge.Likely, said, Silence},
		{"more evidence, surer", on, Situation{FollowUp: true}, knowledge.Certain, said, Speak},
		{"more evidence, other parameters", on, Situation{FollowUp: true}, knowledge.Likely, Said{Verdict: knowledge.Likely, FailureMode: "m1", Fingerprint: "f0"}, Speak},
		{"more evidence, less sure", on, Situation{FollowUp: true}, knowledge.Unsure, said, Silence},
		{"more evidence in the quiet hours", quiet, Situation{FollowUp: true, Now: at("23:00")}, knowledge.Certain, said, Silence},
		{"more evidence where triage is off", Policy{}, Situation{FollowUp: true}, knowledge.Certain, said, Speak},
		{"asked again", on, Situation{FollowUp: true, Asked: true}, knowledge.Likely, said, Speak},
		{"it did not help two people", Policy{On: true, Threshold: knowledge.Likely, Escalate: []Target{{Person: "U5"}}}, Situation{FollowUp: true}, knowledge.Likely,
			Said{Verdict: knowledge.Likely, FailureMode: "m1", Fingerprint: "f1", Unhelped: 2}, Escalate},
		{"it did not help one", Policy{On: true, Threshold: knowledge.Likely, Escalate: []Target{{Person: "U5"}}}, Situation{FollowUp: true}, knowledge.Likely,
			Said{Verdict: knowledge.Likely, FailureMode: "m1", Fingerprint: "f1", Unhelped: 1}, Silence},
		{"nobody to escalate to", on, Situation{FollowUp: true}, knowledge.Likely, Said{Verdict: knowledge.Likely, FailureMode: "m1", Fingerprint: "f1", Unhelped: 2}, Silence},
	}
	for _, tt := range tests {
		if got := Triage(tt.policy, tt.s, diagnosis(tt.verdict), tt.said); got != tt.want {
			t.Errorf("%s: Triage = %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestTalk(t *testing.T) {
	for text, want := range map[string]bool{
		"hi": true, "Good morning everyone!": true, "thank you so much 🙏": true, "ok, that worked": true, "👍": true, "Danke": true,
		"thanks, but it still says oauth_problem=timestamp_refused": false,
		"what else can I try?":           false,
		"ghu":                            false,
		"it is still broken":             false,
		"no, the token begins with gho_": false,
	} {
		if got := talk(text); got != want {
			t.Errorf("talk(%q) = %t, want %t", text, got, want)
		}
	}
}

func TestPress(t *testing.T) {
	for id, want := range map[string]press{
		"v1:c1:helped":            {Case: "c1", Choice: "helped"},
		"v1::help":                {Choice: "help"},
		"v1:c1:a:token.kind=ghu":  {Case: "c1", Choice: "a", Fact: "token.kind", Value: "ghu"},
		"v1:c1:a:some.fact=a:b=c": {Case: "c1", Choice: "a", Fact: "some.fact", Value: "a:b=c"},
	} {
		if got, ok := parsePress(id); !ok || got != want {
			t.Errorf("parsePress(%q) = %+v, %t, want %+v", id, got, ok, want)
		}
	}
	for _, id := range []string{"", "v1", "v1:c1", "v2:c1:helped", "v1:c1:a", "v1:c1:a:nothing", "v1:c1:helped:more", string(make([]byte, 101))} {
		if got, ok := parsePress(id); ok {
			t.Errorf("parsePress(%q) = %+v, want it refused", id, got)
		}
	}
}

func TestLimiter(t *testing.T) {
	now := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	l := newLimiter(2)
	check := func(key string, at time.Duration, ok, first bool) {
		t.Helper()
		if gotOK, gotFirst := l.allow(key, now.Add(at)); gotOK != ok || gotFirst != first {
			t.Errorf("allow(%s) at %v = %t, %t, want %t, %t", key, at, gotOK, gotFirst, ok, first)
		}
	}
	check("a", 0, true, false)
	check("a", 0, true, false)
	check("a", 0, false, true)
	check("a", time.Second, false, false)
	check("b", time.Second, true, false)
	check("a", 31*time.Second, true, false)
	check("a", 31*time.Second, false, true)
	for i := range 3 * maxBuckets {
		l.allow(string(rune(i)), now.Add(time.Hour))
	}
	if n := len(l.buckets); n > maxBuckets {
		t.Errorf("%d keys are kept, want at most %d", n, maxBuckets)
	}
}
