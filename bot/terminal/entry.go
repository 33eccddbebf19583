package terminal

import (
	"io"
	"slices"
	"strings"

	"authfix/knowledge"
)

// minTitle is the least room for a title beside its id; with less it stands
// below.
const minTitle = 36

// List prints failure modes, one a line: in a terminal folded beside their ids,
// elsewhere unfolded, for grep.
func List(w io.Writer, all []knowledge.Listed, s Style) error {
	p := newPrinter(w, s)
	widest := 0
	for _, m := range all {
		widest = max(widest, columns(m.ID))
	}
	room := p.Columns - widest - 2
	for _, m := range all {
		id := p.paint(blue, Plain(m.ID)) + strings.Repeat(" ", widest-columns(m.ID)+2)
		switch {
		case !p.Terminal:
			p.put(id + Plain(m.Title))
		case room < minTitle:
			p.put(p.paint(blue, Plain(m.ID)))
			for _, line := range fold(Plain(m.Title), p.Columns-2) {
				p.put("  " + line)
			}
		default:
			for _, line := range fold(Plain(m.Title), room) {
				p.put(id + line)
				id = strings.Repeat(" ", widest+2)
			}
		}
	}
	return p.Flush()
}

// FailureMode prints a failure mode whole, as it is without a paste: statements
// hold {name} where a value of the paste would go.
func FailureMode(w io.Writer, m *knowledge.FailureMode, s Style) error {
	s.Full = true
	p := newPrinter(w, s)
	p.headline(m.Title, "severity "+string(m.Severity), faint)
	p.identity(m.ID, m.Version, m.Systems)
	if len(m.Formerly) > 0 {
		p.put(p.paint(faint, "formerly "+Plain(strings.Join(m.Formerly, ", "))))
	}
	p.put("")
	p.section("Cause", m.Cause)
	for _, c := range m.Causes {
		p.item(item{lead: "· ", text: c.Text})
	}
	p.section("Effect", m.Effect)
	label := "Needs"
	for _, n := range m.Needs {
		p.item(item{label: once(&label), text: n.Fact + ": " + n.How})
	}
	label = "Check"
	for i := range m.Checks {
		p.template(&m.Checks[i], once(&label), number(i, len(m.Checks)))
	}
	var remedies []knowledge.ShownRemedy
	for _, r := range m.Remedies {
		remedies = append(remedies, knowledge.ShownRemedy(r))
	}
	p.remedies(remedies)
	p.list("Prevent", m.Prevention)
	label = "Versions"
	for _, v := range m.Versions {
		var words []string
		if v.Affected != "" {
			words = append(words, v.Affected)
		}
		if len(v.FixedIn) > 0 {
			words = append(words, "fixed in "+strings.Join(v.FixedIn, ", "))
		}
		p.item(item{label: once(&label), text: v.Product + ": " + strings.Join(words, "; ")})
	}
	p.more(m.References)
	return p.Flush()
}

// template prints a check whose statements are not filled in: all dialects, or
// the chosen ones.
func (p printer) template(c *knowledge.Check, label, lead string) {
	p.item(item{label: label, lead: lead, text: c.Text})
	deeper := columns(lead)
	pad := strings.Repeat(" ", deeper)
	chosen := slices.ContainsFunc(c.Statements, func(s knowledge.Statement) bool { return slices.Contains(p.Dialects, s.Dialect) })
	for _, s := range c.Statements {
		if chosen && !slices.Contains(p.Dialects, s.Dialect) {
			continue
		}
		p.item(item{lead: pad, code: faint, text: s.Dialect})
		p.statement(strings.NewReplacer("{{", "{", "}}", "}").Replace(s.Statement), deeper+4)
	}
	for _, parameter := range c.Parameters {
		how := parameter.How
		if how == "" {
			how = "from the paste"
		}
		p.item(item{lead: pad + "{" + Plain(parameter.Name) + "} ", leadCode: amber, text: how})
	}
	if c.Reads != "" {
		p.item(item{lead: pad, text: c.Reads})
	}
}

// more prints where it is written, with titles.
func (p printer) more(list []knowledge.Reference) {
	var shown []knowledge.ShownReference
	for _, r := range list {
		shown = append(shown, knowledge.ShownReference(r))
	}
	p.Full = true
	p.sources(shown)
}
