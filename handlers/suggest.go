package handlers

import (
	"strings"

	"authfix/bot"
	"authfix/knowledge"
)

// Bounds of suggestions: Discord takes 25 with names of 100 characters.
// https://discord.com/developers/docs/interactions/application-commands#autocomplete
const (
	maxSuggestions    = 25
	maxSuggestedLabel = 100
)

// suggest completes what is typed behind a command, m.Text, or without one the
// command's name. The id of a suggestion is the word that is meant, or the words;
// of a triage setting's value, the value.
func suggest(base *knowledge.Base, m bot.Message) []bot.Choice {
	s := suggestions{typed: strings.ToLower(oneLine(clip(m.Text, maxSuggestedLabel)))}
	if setting, value, ok := strings.Cut(strings.ToLower(strings.TrimLeft(clip(m.Text, maxSuggestedLabel), " ")), " "); ok && m.Command == "triage" {
		return suggestValue(setting, value)
	}
	switch m.Command {
	case "", "help":
		for _, c := range Commands() {
			s.offer(c.Name, c.Name+": "+c.Summary, c.Name)
		}
	case "show":
		for _, l := range base.List("") {
			s.offer(l.ID, l.Title, l.ID, l.Title)
		}
	case "explain":
		for _, topic := range base.Topics() {
			s.offer(topic.Names[0], topic.Title, append([]string{topic.Title, topic.ID}, topic.Names...)...)
		}
	case "logs":
		products, _ := base.Logs("")
		for _, p := range products {
			s.offer(p.Name, p.Title, append([]string{p.Title, p.Name}, p.Names...)...)
		}
	case "triage":
		for _, v := range []string{"status", "on", "off"} {
			s.offer(v, v, v)
		}
		for _, p := range policySettings() {
			s.offer(p.name, p.name+": "+p.says, p.name)
		}
	case "feedback":
		for _, v := range []string{pressHelped, pressUnhelped, pressWrong} {
			s.offer(v, v, v)
		}
	case "forget":
		for _, v := range []string{"this", "me", "message", "person"} {
			s.offer(v, v, v)
		}
	case "stats":
		for _, v := range []string{"week", "month"} {
			s.offer(v, v, v)
		}
	}
	return s.all()
}

// suggestValue completes the value of a triage setting. What has no list of values
// is shown by an example.
func suggestValue(setting, typed string) []bot.Choice {
	s := suggestions{typed: oneLine(typed)}
	for _, p := range policySettings() {
		if p.name != setting {
			continue
		}
		values := []string{"on", "off"}
		switch p.name {
		case "threshold":
			values = []string{string(knowledge.Likely), string(knowledge.Certain)}
		case "quiet":
			values = []string{"22:00-07:00 UTC", "22:00-07:00 Europe/Berlin", "20:00-08:00 America/New_York", "off"}
		case "escalate":
			values = []string{"off"}
		}
		for _, v := range values {
			s.offer(v, v, v)
		}
	}
	return s.all()
}

// suggestions gathers what fits, what begins so before what merely holds it.
type suggestions struct {
	typed         string
	begin, within []bot.Choice
}

// offer adds a choice if one of its names fits what is typed.
func (s *suggestions) offer(id, label string, names ...string) {
	c := bot.Choice{ID: id, Label: clipRunes(label, maxSuggestedLabel)}
	holds := false
	for _, n := range names {
		n = strings.ToLower(n)
		if strings.HasPrefix(n, s.typed) {
			s.begin = append(s.begin, c)
			return
		}
		holds = holds || holdsAll(n, s.typed)
	}
	if holds {
		s.within = append(s.within, c)
	}
}

// holdsAll reports whether text has all words in it.
func holdsAll(text, words string) bool {
	for w := range strings.FieldsSeq(words) {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

func (s *suggestions) all() []bot.Choice {
	all := append(s.begin, s.within...)
	return all[:min(len(all), maxSuggestions)]
}

// clipRunes cuts a text to n characters, and shows that it did.
func clipRunes(text string, n int) string {
	if len(text) <= n { // no more characters than bytes
		return text
	}
	if r := []rune(text); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return text
}
