package handlers

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"authfix/bot"
	"authfix/knowledge"
	"authfix/storage"
)

// Bounds of what is shown. An answer has room on a phone: about twelve lines.
const (
	maxLabel    = 30   // characters of a choice
	maxLine     = 300  // bytes of a line of evidence or of a sentence
	maxShown    = 200  // bytes of a cause or a check in a short answer
	maxShort    = 3    // entries of a short list
	maxExcerpt  = 1000 // bytes of what is stored of a case's evidence
	maxQuestion = 6    // choices of a question that are shown as buttons
)

// present makes the reply of a diagnosis: the only place where the knowledge
// base's words become a reply.
func (t *turn) present(d *knowledge.Diagnosis, c *storage.Case, action Action) bot.Reply {
	var r bot.Reply
	switch action {
	case Speak, Escalate:
		r = answerReply(d, c)
	case Ask:
		r = unsureReply(d, c)
	default:
		r = unknownReply(d)
	}
	if d.Question != nil && action != Admit {
		r.Sections = append(r.Sections, bot.Section{Label: say.question, Prose: d.Question.Text})
		for _, o := range d.Question.Choices[:min(len(d.Question.Choices), maxQuestion)] {
			if choice, ok := answerChoice(c.ID, d.Question.ID, o.Value, o.Label); ok {
				r.Choices = append(r.Choices, choice)
			}
		}
	}
	if action == Admit {
		return r
	}
	statement, _ := firstQuery(d)
	for _, x := range []struct {
		choice, label string
		show          bool
	}{
		{pressHelped, say.helped, true},
		{pressUnhelped, say.unhelped, true},
		{pressWrong, say.wrong, true},
		{pressMore, say.moreChoice, true},
		{pressQuery, say.query, statement != ""},
		{pressShare, say.share, c.Private},
		{pressResolve, say.resolve, !c.Private && action != Ask},
		{pressEscalate, say.escalate, len(t.policy.Escalate) > 0},
	} {
		if x.show {
			r.Choices = append(r.Choices, bot.Choice{ID: choiceID(c.ID, x.choice), Label: x.label})
		}
	}
	return r
}

// answerReply says what it is, why we think so, and what to do first.
func answerReply(d *knowledge.Diagnosis, c *storage.Case) bot.Reply {
	top := &d.Candidates[0]
	r := bot.Reply{Headline: top.Title, Tone: tone(d.Verdict), Footnote: footnote(top)}
	if c.Excerpt != "" {
		r.Sections = append(r.Sections, bot.Section{Label: say.seen, Code: clip(c.Excerpt, maxLine), Syntax: "text"})
	}
	if f := telling(d, top); f != "" {
		r.Sections = append(r.Sections, bot.Section{Label: say.found, Prose: f})
	}
	r.Sections = append(r.Sections, bot.Section{Label: say.cause, Prose: sentences(cause(top), maxShown)})
	for i := range top.Checks {
		if q, language := query(&top.Checks[i]); q != "" {
			r.Sections = append(r.Sections,
				bot.Section{Label: say.check, Prose: sentences(top.Checks[i].Text, maxShown)},
				bot.Section{Code: q, Syntax: language})
			break
		}
	}
	if step := firstStep(top); step != "" {
		r.Sections = append(r.Sections, bot.Section{Label: say.first, Prose: clip(step, maxLine)})
	}
	for _, other := range d.Candidates[1:] {
		if other.Role == knowledge.AnswerRole {
			r.Sections = append(r.Sections, bot.Section{Label: say.also, Prose: other.Title + " (" + other.ID + ")"})
		}
	}
	if len(top.References) > 0 {
		r.Link = &bot.Link{Label: top.References[0].Title, URL: top.References[0].URL}
	}
	return r
}

// unsureReply shows what it may be.
func unsureReply(d *knowledge.Diagnosis, c *storage.Case) bot.Reply {
	top := &d.Candidates[0]
	r := bot.Reply{Headline: say.unsureHeadline, Footnote: footnote(top)}
	if c.Excerpt != "" {
		r.Sections = append(r.Sections, bot.Section{Label: say.seen, Code: clip(c.Excerpt, maxLine), Syntax: "text"})
	}
	var list []string
	for _, c := range d.Candidates {
		if c.Role != knowledge.ConsequenceRole && len(list) < maxShort {
			list = append(list, c.Title+" ("+c.ID+")")
		}
	}
	r.Sections = append(r.Sections, bot.Section{Label: say.maybe, List: list, Number: true})
	if top.Stance != knowledge.Reported && top.Stance != "" {
		r.Sections = append(r.Sections, bot.Section{Prose: fmt.Sprintf(say.stance, top.Stance)})
	}
	if d.Missing != nil {
		r.Sections = append(r.Sections, bot.Section{Label: say.next, Prose: clip(d.Missing.How, 2*maxLine)})
	}
	return r
}

// unknownReply says plainly that nothing was recognised, what comes closest, and
// what to paste.
func unknownReply(d *knowledge.Diagnosis) bot.Reply {
	r := bot.Reply{Headline: say.unknownHeadline, Tone: bot.Sorry}
	if len(d.Findings) > 0 {
		r.Sections = append(r.Sections, bot.Section{Label: say.found, Prose: clip(string(d.Findings[0].Text), maxLine)})
	} else {
		r.Sections = append(r.Sections, bot.Section{Prose: say.unknownHint})
	}
	var list []string
	for _, n := range d.Nearest[:min(len(d.Nearest), maxShort)] {
		list = append(list, n.Title+" ("+n.ID+")")
	}
	if list != nil {
		r.Sections = append(r.Sections, bot.Section{Label: say.nearest, List: list})
	}
	if d.Missing != nil {
		r.Sections = append(r.Sections, bot.Section{Label: say.next, Prose: clip(d.Missing.How, 2*maxLine)})
	}
	for _, n := range d.Notes[:min(len(d.Notes), maxShort)] {
		r.Sections = append(r.Sections, bot.Section{Prose: n})
	}
	return r
}

// fullReply is the whole answer: every cause, check, step and source.
func fullReply(d *knowledge.Diagnosis) bot.Reply {
	top := &d.Candidates[0]
	r := bot.Reply{Headline: top.Title, Tone: tone(d.Verdict), Footnote: footnote(top)}
	for _, f := range d.Findings {
		r.Sections = append(r.Sections, bot.Section{Label: say.found, Prose: string(f.Text)})
	}
	r.Sections = append(r.Sections, bot.Section{Label: say.cause, Prose: top.Cause})
	var causes []string
	for _, c := range top.Causes {
		causes = append(causes, c.Text)
	}
	r.Sections = appendList(r.Sections, "", causes, false)
	if top.Effect != "" {
		r.Sections = append(r.Sections, bot.Section{Label: say.effect, Prose: top.Effect})
	}
	for i := range top.Checks {
		c := &top.Checks[i]
		r.Sections = append(r.Sections, bot.Section{Label: say.check, Prose: c.Text})
		for _, q := range c.Queries {
			r.Sections = append(r.Sections, bot.Section{Label: q.Dialect, Code: string(q.Query), Syntax: string(c.Language)})
		}
		if c.Reads != "" {
			r.Sections = append(r.Sections, bot.Section{Prose: c.Reads})
		}
	}
	labels := map[knowledge.RemedyKind]string{knowledge.Workaround: say.now, knowledge.Fix: say.fix, knowledge.Escalation: say.handTo}
	for _, m := range top.Remedies {
		r.Sections = appendList(r.Sections, labels[m.Kind], m.Steps, len(m.Steps) > 1)
	}
	r.Sections = appendList(r.Sections, say.prevent, top.Prevention, false)
	var others []string
	for _, o := range d.Candidates[1:] {
		others = append(others, o.Title+" ("+o.ID+", "+string(o.Verdict)+")")
	}
	r.Sections = appendList(r.Sections, say.otherwise, others, false)
	r.Sections = append(r.Sections, bot.Section{Label: say.sources, Links: links(top.References)})
	return r
}

func links(all []knowledge.ShownReference) []bot.Link {
	var out []bot.Link
	for _, l := range all {
		out = append(out, bot.Link{Label: l.Title, URL: l.URL})
	}
	return out
}

func appendList(all []bot.Section, label string, list []string, number bool) []bot.Section {
	if len(list) == 0 {
		return all
	}
	return append(all, bot.Section{Label: label, List: list, Number: number})
}

func tone(v knowledge.Verdict) bot.Tone {
	switch v {
	case knowledge.Certain:
		return bot.Sure
	case knowledge.Likely:
		return bot.Guess
	}
	return bot.Plain
}

func footnote(c *knowledge.Candidate) string {
	return fmt.Sprintf("%s@%d · %s", c.ID, c.Version, c.Verdict)
}

// seen is the line of this message on which the evidence stands that tells most:
// the longest piece of it. It is "" when all evidence is of earlier messages.
func seen(c *knowledge.Candidate) string {
	best, text := 0, ""
	for _, e := range c.Evidence {
		if n := len(e.Text); e.Line > 0 && n > best {
			best, text = n, string(e.Around)
			if text == "" {
				text = string(e.Text)
			}
		}
	}
	return strings.TrimSpace(text)
}

// telling is the finding that says most: one that was computed from several
// values, on the lines of the evidence before others. Where two failures are
// said, only what stands on the lines of the first belongs to it.
func telling(d *knowledge.Diagnosis, top *knowledge.Candidate) string {
	answers := 0
	for _, c := range d.Candidates {
		if c.Role == knowledge.AnswerRole {
			answers++
		}
	}
	best, text := 0, ""
	for _, f := range d.Findings {
		n := 1 + len(f.Data)
		if slices.ContainsFunc(top.Evidence, func(e knowledge.Evidence) bool { return e.Line == f.Line }) {
			n += 10
		} else if answers > 1 {
			continue
		}
		if n > best {
			best, text = n, string(f.Text)
		}
	}
	return clip(text, maxLine)
}

// cause is the established cause, if there is one, else the cause.
func cause(c *knowledge.Candidate) string {
	for _, x := range c.Causes {
		if x.Established {
			return x.Text
		}
	}
	return c.Cause
}

// query is a check's first statement and its language.
func query(c *knowledge.ShownCheck) (text, language string) {
	if len(c.Queries) == 0 {
		return "", ""
	}
	return string(c.Queries[0].Query), string(c.Language)
}

// firstQuery is the statement that Copy query gives.
func firstQuery(d *knowledge.Diagnosis) (text, language string) {
	if len(d.Candidates) == 0 {
		return "", ""
	}
	for i := range d.Candidates[0].Checks {
		if q, l := query(&d.Candidates[0].Checks[i]); q != "" {
			return q, l
		}
	}
	return "", ""
}

// firstStep is what to do first: the workaround's first step, else the fix's.
func firstStep(c *knowledge.Candidate) string {
	for _, kind := range []knowledge.RemedyKind{knowledge.Workaround, knowledge.Fix, knowledge.Escalation} {
		for _, m := range c.Remedies {
			if m.Kind == kind && len(m.Steps) > 0 {
				return m.Steps[0]
			}
		}
	}
	return ""
}

// sentences are the first sentences of a text that have room in n bytes, and one
// at least, cut if it must be.
func sentences(text string, n int) string {
	end := 0
	for i := 0; i+2 < len(text) && i < n; i++ {
		if (text[i] == '.' || text[i] == '?' || text[i] == '!') && text[i+1] == ' ' && ('A' <= text[i+2] && text[i+2] <= 'Z' || text[i+2] == '"') {
			end = i + 1
		}
	}
	if len(text) <= n || end == 0 {
		return clip(text, max(n, maxLine))
	}
	return text[:end]
}

// sentence makes a sentence of an error's text.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(text)
	text = strings.ToUpper(string(r)) + text[n:]
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

// clip cuts a text to n bytes at a rune's edge, and shows that it did.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	n -= len("…")
	for n > 0 && text[n]&0xC0 == 0x80 {
		n--
	}
	return text[:n] + "…"
}
