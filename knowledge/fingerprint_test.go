package knowledge

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

func fingerprintOf(t *testing.T, b *Base, text string) string {
	t.Helper()
	d, err := b.Diagnose(Input{Text: []byte(text), Now: testNow})
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^(?:[0-9a-f]{16})?$`).MatchString(d.Fingerprint) {
		t.Errorf("the fingerprint of %q is %q", text, d.Fingerprint)
	}
	return d.Fingerprint
}

// The same problem again has the same fingerprint, another one another.
func TestFingerprintOfAFailureMode(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	log := func(time, thread, org, noise string) string {
		return fmt.Sprintf("%s2026-02-03 %s Caesium-1-%s WARN ServiceRunner [c.a.j.p.d.spi.github.GithubClientWithTimeout] Failed to execute request [GET /users/%s] response code: 401, errors:\nBad credentials (401)\n", noise, time, thread, org)
	}
	noise := "2026-02-03 04:05:06,001+0000 INFO [pool-3-thread-2] org.example.stock.Counter - counted 12 shelves in 7 ms\n"
	want := fingerprintOf(t, b, log("04:05:10,299+0000", "2", "ORG1234", ""))
	for name, same := range map[string]string{
		"another time":     log("23:59:59,000+0000", "2", "ORG1234", ""),
		"another thread":   log("04:05:10,299+0000", "4", "ORG1234", ""),
		"noise around":     log("04:05:10,299+0000", "2", "ORG1234", strings.Repeat(noise, 10)),
		"twice":            strings.Repeat(log("04:05:10,299+0000", "2", "ORG1234", ""), 2),
		"in JSON":          mutated("JSON-escaped", log("04:05:10,299+0000", "2", "ORG1234", "")),
		"escaped by Slack": mutated("Slack-escaped", log("04:05:10,299+0000", "2", "ORG1234", "")),
		"without time":     mutated("time stripped", log("04:05:10,299+0000", "2", "ORG1234", "")),
	} {
		if got := fingerprintOf(t, b, same); got != want {
			t.Errorf("%s: another fingerprint", name)
		}
	}
	for name, other := range map[string]string{
		"another organisation":    log("04:05:10,299+0000", "2", "ORG9999", ""),
		"another failure mode":    "oauth_problem=timestamp_refused",
		"the same problem bare":   "oauth_problem=consumer_key_unknown",
		"an organisation unknown": "GithubClientWithTimeout Bad credentials (401)",
	} {
		if got := fingerprintOf(t, b, other); got == want || got == "" {
			t.Errorf("%s: fingerprint %q", name, got)
		}
	}
	a := fingerprintOf(t, b, "com.atlassian.applinks https://jira.example.com/x oauth_problem=consumer_key_unknown")
	if a == fingerprintOf(t, b, "com.atlassian.applinks https://wiki.example.com/x oauth_problem=consumer_key_unknown") {
		t.Error("two hosts have one fingerprint")
	}
}

func mutated(name, text string) string {
	for _, m := range Mutations {
		if m.Name == name {
			return m.Apply(text)
		}
	}
	panic("no mutation " + name)
}

// Unknown errors are told apart by their words, not by what varies.
func TestFingerprintOfTheUnknown(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	want := fingerprintOf(t, b, "2026-02-03 04:05:06,001+0000 http-1 ERROR [c.e.stock.Counter] Shelf 4711 of 'north' failed: pallet id=77 is gone, see /var/log/stock/4711.log")
	if want == "" {
		t.Fatal("no fingerprint")
	}
	for name, same := range map[string]string{
		"another time":  "2027-12-13 14:15:16,171+0000 http-9 ERROR [c.e.stock.Counter] Shelf 4711 of 'north' failed: pallet id=77 is gone, see /var/log/stock/4711.log",
		"other ids":     "2026-02-03 04:05:06,001+0000 http-1 ERROR [c.e.stock.Counter] Shelf 1 of 'south' failed: pallet id=9 is gone, see /var/log/stock/1.log",
		"lines before":  "2026-02-03 04:05:05,001+0000 http-1 INFO [c.e.stock.Counter] all is well\n2026-02-03 04:05:06,001+0000 http-1 ERROR [c.e.stock.Counter] Shelf 4711 of 'north' failed: pallet id=77 is gone, see /var/log/stock/4711.log",
		"lines behind":  "2026-02-03 04:05:06,001+0000 http-1 ERROR [c.e.stock.Counter] Shelf 4711 of 'north' failed: pallet id=77 is gone, see /var/log/stock/4711.log\n\tat c.e.stock.Counter.count(Counter.java:12)",
		"with a secret": "2026-02-03 04:05:06,001+0000 http-1 ERROR [c.e.stock.Counter] Shelf 4711 of 'north' failed: pallet id=77 is gone, see /var/log/stock/gh" + "p_Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb7c",
	} {
		if got := fingerprintOf(t, b, same); got != want {
			t.Errorf("%s: another fingerprint", name)
		}
	}
	for name, other := range map[string]string{
		"other words":    "2026-02-03 04:05:06,001+0000 http-1 ERROR [c.e.stock.Counter] Shelf 4711 of 'north' is empty",
		"another logger": "2026-02-03 04:05:06,001+0000 http-1 ERROR [c.e.stock.Reader] Shelf 4711 of 'north' failed: pallet id=77 is gone, see /var/log/stock/4711.log",
	} {
		if got := fingerprintOf(t, b, other); got == want || got == "" {
			t.Errorf("%s: fingerprint %q", name, got)
		}
	}
	for _, none := range []string{"hello there", "all is well"} {
		if got := fingerprintOf(t, b, none); got != "" {
			t.Errorf("%q has the fingerprint %s", none, got)
		}
	}
}

// The template, over which the fingerprint is taken, keeps words only.
func TestMask(t *testing.T) {
	for text, want := range map[string]string{
		"Shelf 4711 of 'north' failed":                       "Shelf * of * failed",
		"user anna@example.com, id 7 (see /a/b) is \"gone\"": "user * id * see * is *",
		"token=abc {x} [y] <z> refused":                      "* refused",
		"‹password#1› refused":                               "* refused",
		"a  b\t c;;d":                                        "a b c d",
	} {
		if got := mask(text); got != want {
			t.Errorf("mask(%q) = %q, want %q", text, got, want)
		}
	}
}
