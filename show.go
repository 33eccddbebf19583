package main

import "authfix/bot/terminal"

type showCommand struct {
	ID      string   `arg:"" help:"A failure mode's id, also a former one."`
	Format  string   `help:"text or json." enum:"text,json" default:"text"`
	Dialect []string `help:"Print statements in this dialect alone: postgres, mysql, oracle, mssql, posix, powershell (repeatable)." enum:"postgres,mysql,oracle,mssql,posix,powershell,curl,jira" placeholder:"D"`
}

func (c *showCommand) Run(p *program) error {
	base, err := p.base()
	if err != nil {
		return err
	}
	m, ok := base.Lookup(c.ID)
	if !ok {
		complain(p.stderr, base.NoSuchID(c.ID))
		return status(notRecognised)
	}
	if c.Format == "json" {
		return writeJSON(p.stdout, m)
	}
	look := terminal.Look(p.stdout)
	look.Dialects = c.Dialect
	return terminal.FailureMode(p.stdout, m, look)
}
