package knowledge

import (
	"fmt"

	"authfix/knowledge/statement"
)

// prepared is a failure mode as it is rendered: its folded texts in one line
// each, its statements parsed. It is made when the failure mode is first shown.
type prepared struct {
	*FailureMode  // as it was written
	cause, effect string
	causes        []ShownCause
	checks        []preparedCheck
	remedies      []ShownRemedy
	prevention    []string
	references    []ShownReference
}

type preparedCheck struct {
	text, reads string
	hows        []string // of the parameters
	templates   []*statement.Template
}

func prepare(m *FailureMode) (*prepared, error) {
	p := &prepared{FailureMode: m, cause: oneLine(m.Cause), effect: oneLine(m.Effect), references: []ShownReference{}, remedies: []ShownRemedy{}}
	for _, c := range m.Causes {
		p.causes = append(p.causes, ShownCause{Text: oneLine(c.Text)})
	}
	for _, c := range m.Checks {
		pc := preparedCheck{text: oneLine(c.Text), reads: oneLine(c.Reads)}
		for _, parameter := range c.Parameters {
			pc.hows = append(pc.hows, oneLine(parameter.How))
		}
		for _, s := range c.Statements {
			t, err := statement.Parse(string(c.Language), s.Dialect, s.Statement)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", m.ID, err)
			}
			pc.templates = append(pc.templates, t)
		}
		p.checks = append(p.checks, pc)
	}
	for _, r := range m.Remedies {
		p.remedies = append(p.remedies, ShownRemedy{r.Kind, oneLines(r.Steps)})
	}
	p.prevention = oneLines(m.Prevention)
	for _, r := range m.References {
		p.references = append(p.references, ShownReference(r))
	}
	return p, nil
}

func oneLines(texts []string) []string {
	var all []string
	for _, t := range texts {
		all = append(all, oneLine(t))
	}
	return all
}
