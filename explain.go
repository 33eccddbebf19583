package main

import (
	"fmt"
	"strings"

	"authfix/bot/terminal"
	"authfix/knowledge"
)

type explainCommand struct {
	Concept []string `arg:"" optional:"" help:"What to explain; without it, what there is."`
	Format  string   `help:"text or json." enum:"text,json" default:"text"`
}

func (c *explainCommand) Run(p *program) error {
	base, err := p.base()
	if err != nil {
		return err
	}
	if len(c.Concept) == 0 {
		if c.Format == "json" {
			return writeJSON(p.stdout, base.Topics())
		}
		return terminal.Topics(p.stdout, base.Topics(), terminal.Look(p.stdout))
	}
	name := strings.Join(c.Concept, " ")
	t, ok := base.Topic(name)
	if !ok {
		var known []string
		for _, t := range base.Topics() {
			known = append(known, t.Names[0])
		}
		complain(p.stderr, fmt.Errorf("nothing to explain under %q; there is: %s", name, strings.Join(known, ", ")))
		return status(notRecognised)
	}
	return c.print(p, t)
}

func (c *explainCommand) print(p *program, t *knowledge.Topic) error {
	if c.Format == "json" {
		return writeJSON(p.stdout, t)
	}
	return terminal.Topic(p.stdout, t, terminal.Look(p.stdout))
}

type logsCommand struct {
	Product []string `arg:"" optional:"" help:"The product; without it, all."`
	Format  string   `help:"text or json." enum:"text,json" default:"text"`
}

func (c *logsCommand) Run(p *program) error {
	base, err := p.base()
	if err != nil {
		return err
	}
	name := strings.Join(c.Product, " ")
	products, references := base.Logs(name)
	if len(products) == 0 {
		all, _ := base.Logs("")
		var known []string
		for _, row := range all {
			known = append(known, row.Name)
		}
		complain(p.stderr, fmt.Errorf("no log locations of %q; there are: %s", name, strings.Join(known, ", ")))
		return status(notRecognised)
	}
	if c.Format == "json" {
		return writeJSON(p.stdout, products)
	}
	return terminal.Logs(p.stdout, products, references, terminal.Look(p.stdout))
}
