package handlers

import (
	"strings"
	"testing"

	"authfix/bot"
	"authfix/knowledge"
)

// TestPresent presents a diagnosis that belongs to no case, as a command would be
// answered.
func TestPresent(t *testing.T) {
	base, err := knowledge.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, text, headline, choices string }{
		{"recognised", "oauth_problem=timestamp_refused", "Application link refused: the clocks of the two servers do not agree", "Helped, Did not help, Wrong, More, Copy query, Share in channel"},
		{"unknown", "the printer is on fire", say.unknownHeadline, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := base.Diagnose(knowledge.Input{Text: []byte(c.text)})
			if err != nil {
				t.Fatal(err)
			}
			r := Present(&d)
			if r.Headline != c.headline || r.Audience != bot.ToPerson {
				t.Errorf("headline = %q, audience %q; want %q", r.Headline, r.Audience, c.headline)
			}
			var labels []string
			for _, x := range r.Choices {
				p, ok := parsePress(x.ID)
				if !ok || p.Case != shownCase {
					t.Errorf("the choice %q is none of that case", x.ID)
				}
				if p.Choice != pressAnswer {
					labels = append(labels, x.Label)
				}
			}
			if got := strings.Join(labels, ", "); got != c.choices {
				t.Errorf("choices = %s, want %s", got, c.choices)
			}
		})
	}
	token := "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
	d, err := base.Diagnose(knowledge.Input{Text: []byte("Bad credentials (401) for token " + token + "\nagain " + token)})
	if err != nil {
		t.Fatal(err)
	}
	r := Present(&d)
	last := r.Sections[len(r.Sections)-1]
	if last.Label != say.secret || len(last.List) != 1 {
		t.Errorf("the secret is not warned of once: %+v", last)
	}
}
