package knowledge

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTopics(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	all := b.Topics()
	if len(all) < 9 || !slices.IsSortedFunc(all, func(a, b *Topic) int { return strings.Compare(a.ID, b.ID) }) {
		t.Fatalf("%d topics", len(all))
	}
	names := map[string]string{}
	for _, topic := range all {
		for _, name := range append([]string{topic.ID}, topic.Names...) {
			for _, asked := range []string{name, strings.ToUpper(name), " " + name + " ", strings.ReplaceAll(name, "-", " "), strings.ReplaceAll(name, " ", "_")} {
				got, ok := b.Topic(asked)
				if !ok || got.ID != topic.ID {
					t.Errorf("Topic(%q) = %v, want %s", asked, got, topic.ID)
				}
			}
			if other, taken := names[folded(name)]; taken && other != topic.ID {
				t.Errorf("%q names %s and %s", name, other, topic.ID)
			}
			names[folded(name)] = topic.ID
		}
		for _, related := range topic.Related {
			if _, ok := b.Topic(related); !ok || related == topic.ID {
				t.Errorf("%s: related to %q, which is no other topic", topic.ID, related)
			}
		}
		for _, r := range topic.References {
			if _, err := time.Parse(time.DateOnly, r.Read); err != nil || !strings.HasPrefix(r.URL, "https://") {
				t.Errorf("%s: reference %+v", topic.ID, r)
			}
		}
	}
	for _, concept := range []string{"3LO", "2LO", "impersonation", "execute as", "token prefixes", "DEBUG logging"} {
		if _, ok := b.Topic(concept); !ok {
			t.Errorf("no topic is called %s", concept)
		}
	}
	for _, none := range []string{"", "zebra", "3"} {
		if got, ok := b.Topic(none); ok {
			t.Errorf("Topic(%q) = %s", none, got.ID)
		}
	}
}

func TestLogs(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	all, references := b.Logs("")
	if len(all) < 6 || len(references) == 0 {
		t.Fatalf("%d products, %d references", len(all), len(references))
	}
	for _, p := range all {
		if len(p.Application) == 0 {
			t.Errorf("%s: no folder of the application's log", p.Name)
		}
		for _, asked := range append([]string{p.Name, p.Title, strings.ToUpper(p.Name), " " + p.Title + " "}, p.Names...) {
			got, _ := b.Logs(asked)
			if len(got) != 1 || got[0].Name != p.Name {
				t.Errorf("Logs(%q) = %v, want %s", asked, got, p.Name)
			}
		}
	}
	for _, product := range []string{"jira", "confluence", "bitbucket", "bamboo", "crowd", "fisheye"} {
		if got, _ := b.Logs(product); len(got) != 1 {
			t.Errorf("Logs(%q) = %v", product, got)
		}
	}
	if got, references := b.Logs("zebra"); got != nil || references != nil {
		t.Errorf("Logs(zebra) = %v, %v", got, references)
	}
	bare := testBase(t, nil)
	if got, _ := bare.Logs(""); got != nil || len(bare.Topics()) != 0 {
		t.Errorf("a base without topics has logs: %v", got)
	}
}

// What rests on no literal of eight letters is listed, and nothing else.
func TestPasteOnly(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	got := b.PasteOnly()
	var want []string
	for _, l := range b.List("") {
		m, _ := b.Lookup(l.ID)
		if slices.ContainsFunc(m.Signatures, func(s Signature) bool { return s.PasteOnly }) {
			want = append(want, l.ID)
		}
	}
	if !slices.Equal(got, want) || len(want) == 0 {
		t.Errorf("PasteOnly = %v, want %v", got, want)
	}
}
