package main

import (
	"fmt"

	"authfix/bot/terminal"
)

type showCommand struct {
	ID     string `arg:"" help:"A failure mode's id, also a former one."`
	Format string `help:"text or json." enum:"text,json" default:"text"`
}

func (c *showCommand) Run(p *program) error {
	base, err := p.base()
	if err != nil {
		return err
	}
	m, ok := base.Lookup(c.ID)
	if !ok {
		fmt.Fprintln(p.stderr, "authfix:", base.NoSuchID(c.ID))
		return status(notRecognised)
	}
	if c.Format == "json" {
		return writeJSON(p.stdout, m)
	}
	return terminal.FailureMode(p.stdout, m, terminal.Look(p.stdout))
}
