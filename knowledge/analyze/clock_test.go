package analyze

import (
	"testing"
	"time"
)

// clockSources are the analyzers whose facts clock compares.
func clockSources() []Analyzer {
	return []Analyzer{httpAnalyzer(), jwtAnalyzer(), samlAnalyzer(), oauth1Analyzer(), clockAnalyzer()}
}

func TestClock(t *testing.T) { testPastes(t, "clock", clockSources(), "clock", "log.") }

func TestSAML(t *testing.T) { testData(t, samlAnalyzer()) }

// TestWholeZone holds the differences that are those of time zones apart from
// those that are not.
func TestWholeZone(t *testing.T) {
	for _, c := range []struct {
		d    string
		zone string // "" when none
	}{
		{"1h", "1h"}, {"-2h", "-2h"}, {"1h1m29s", "1h"}, {"59m", "1h"}, {"58m", ""}, {"1h2m", ""}, {"6m41s", ""},
		{"5h30m", "5h30m"}, {"5h45m10s", "5h45m"}, {"-3h30m", "-3h30m"}, {"30m", ""}, {"1h30m", ""}, {"5h15m", ""}, {"14h", "14h"}, {"27h", ""}, {"0s", ""},
	} {
		d, err := time.ParseDuration(c.d)
		if err != nil {
			t.Fatal(err)
		}
		zone, ok := wholeZone(d)
		if want, _ := time.ParseDuration(c.zone); ok != (c.zone != "") || zone != want {
			t.Errorf("wholeZone(%s) = %s, %t, want %q", c.d, zone, ok, c.zone)
		}
	}
}

func TestSpell(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 401 * time.Second: "6 m 41 s", -401 * time.Second: "6 m 41 s", 3*time.Hour + 12*time.Minute + 5*time.Second: "3 h 12 m",
		time.Hour + 5*time.Second: "1 h", 49 * time.Hour: "2 d 1 h", 1500 * time.Millisecond: "1 s",
	} {
		if got := spell(d); got != want {
			t.Errorf("spell(%s) = %q, want %q", d, got, want)
		}
	}
}

func FuzzSAML(f *testing.F) {
	fuzzAnalyzer(f, samlAnalyzer(), `NotBefore="`, "NotOnOrAfter=2024-02-30T00:00:00Z", "IssueInstant: 2024-01-01T00:00:00+99:99 saml")
}

// FuzzClock feeds Conclude times in any relation to each other.
func FuzzClock(f *testing.F) {
	f.Add("oauth_timestamp=1700000000 oauth_acceptable_timestamps=1700000401-1700001001")
	f.Add("2024-05-02 10:00:00,000 WARN x oauth_problem=timestamp_refused&oauth_acceptable_timestamps=1714637000-1714637600")
	f.Add(`2024-05-02T10:00:00Z saml NotBefore="2024-05-02T10:03:00Z" NotOnOrAfter="1999-01-01T00:00:00Z" IssueInstant="2024-05-02T10:03:00Z"`)
	terms := map[string]bool{}
	for _, term := range Vocabulary {
		terms[term.Name] = true
	}
	f.Fuzz(func(t *testing.T, text string) {
		doc, facts, findings := analyzePaste(text, clockSources(), testNow)
		for _, fact := range facts {
			if !terms[fact.Name] || fact.Value == "" || fact.Start < 0 || fact.Start > fact.End || fact.End > len(doc.Text) {
				t.Errorf("fact %+v", fact)
			}
		}
		for _, finding := range findings {
			if finding.Text == "" || finding.Start > finding.End || finding.End > len(doc.Text) {
				t.Errorf("finding %+v", finding)
			}
		}
	})
}
