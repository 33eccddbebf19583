package main

import (
	"errors"
	"fmt"
	"strings"

	"authfix/bot/terminal"
	"authfix/knowledge"
)

type searchCommand struct {
	Words  []string `arg:"" help:"Words to look for."`
	Limit  int      `help:"How many to print." default:"10"`
	Format string   `help:"text or json." enum:"text,json" default:"text"`
}

func (c *searchCommand) Run(p *program) error {
	base, err := p.base()
	if err != nil {
		return err
	}
	if c.Limit < 1 || c.Limit > 1000 {
		return errors.New("--limit must be 1 to 1000")
	}
	found := base.Search(strings.Join(c.Words, " "), c.Limit)
	if c.Format == "json" {
		err = writeJSON(p.stdout, notNil(found))
	} else {
		var listed []knowledge.Listed
		for _, r := range found {
			listed = append(listed, r.Listed)
		}
		err = terminal.List(p.stdout, listed, terminal.Look(p.stdout))
	}
	if err == nil && len(found) == 0 {
		fmt.Fprintln(p.stderr, "authfix: nothing found; try other words, or 'authfix list'")
		return status(notRecognised)
	}
	return err
}

type listCommand struct {
	System string `help:"Only those of this system." placeholder:"S"`
	Format string `help:"text or json." enum:"text,json" default:"text"`
}

func (c *listCommand) Run(p *program) error {
	base, err := p.base()
	if err != nil {
		return err
	}
	all := base.List(c.System)
	if c.Format == "json" {
		err = writeJSON(p.stdout, notNil(all))
	} else {
		err = terminal.List(p.stdout, all, terminal.Look(p.stdout))
	}
	if err == nil && len(all) == 0 {
		fmt.Fprintln(p.stderr, "authfix: no failure mode names that system; 'authfix list' shows all")
		return status(notRecognised)
	}
	return err
}

// notNil makes JSON's [] of a list without elements.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
