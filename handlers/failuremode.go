package handlers

import (
	"fmt"
	"strings"

	"authfix/bot"
	"authfix/knowledge"
)

// modeReply is a failure mode whole, as it is without a paste: its statements
// hold {name} where a value of the paste would go.
func modeReply(m *knowledge.FailureMode) bot.Reply {
	r := bot.Reply{Headline: m.Title, Footnote: fmt.Sprintf("%s@%d · severity %s · %s", m.ID, m.Version, m.Severity, strings.Join(m.Systems, ", "))}
	add := func(label, prose string) {
		if prose = oneLine(prose); prose != "" {
			r.Sections = append(r.Sections, bot.Section{Label: label, Prose: prose})
		}
	}
	add(say.cause, m.Cause)
	var causes []string
	for _, c := range m.Causes {
		causes = append(causes, oneLine(c.Text))
	}
	r.Sections = appendList(r.Sections, "", causes, false)
	add(say.effect, m.Effect)
	for i := range m.Checks {
		r.Sections = append(r.Sections, checkSections(&m.Checks[i])...)
	}
	labels := map[knowledge.RemedyKind]string{knowledge.Workaround: say.now, knowledge.Fix: say.fix, knowledge.Escalation: say.handTo}
	for _, remedy := range m.Remedies {
		r.Sections = appendList(r.Sections, labels[remedy.Kind], oneLines(remedy.Steps), len(remedy.Steps) > 1)
	}
	r.Sections = appendList(r.Sections, say.prevent, oneLines(m.Prevention), false)
	var needs []string
	for _, n := range m.Needs {
		needs = append(needs, n.Fact+": "+oneLine(n.How))
	}
	r.Sections = appendList(r.Sections, say.needs, needs, false)
	var versions []string
	for _, v := range m.Versions {
		versions = append(versions, versionLine(&v))
	}
	r.Sections = appendList(r.Sections, say.versions, versions, false)
	if len(m.Formerly) > 0 {
		add(say.formerly, strings.Join(m.Formerly, ", "))
	}
	return withSources(r, m.References)
}

// checkSections are a check with its statements in all dialects and where the
// values in them come from.
func checkSections(c *knowledge.Check) []bot.Section {
	all := []bot.Section{{Label: say.check, Prose: oneLine(c.Text)}}
	for _, s := range c.Statements {
		all = append(all, bot.Section{Label: s.Dialect, Code: strings.TrimSpace(strings.NewReplacer("{{", "{", "}}", "}").Replace(s.Statement)), Syntax: string(c.Language)})
	}
	var values []bot.Field
	for _, p := range c.Parameters {
		how := oneLine(p.How)
		if how == "" {
			how = say.fromPaste
		}
		values = append(values, bot.Field{Name: "{" + p.Name + "}", Value: how})
	}
	if values != nil {
		all = append(all, bot.Section{Fields: values})
	}
	if reads := oneLine(c.Reads); reads != "" {
		all = append(all, bot.Section{Prose: reads})
	}
	return all
}

func versionLine(v *knowledge.Range) string {
	var words []string
	if v.Affected != "" {
		words = append(words, oneLine(v.Affected))
	}
	if len(v.FixedIn) > 0 {
		words = append(words, "fixed in "+strings.Join(v.FixedIn, ", "))
	}
	return v.Product + ": " + strings.Join(words, "; ")
}
