package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"authfix/bot/terminal"
	"authfix/knowledge"
)

type checkCommand struct {
	Paths []string `arg:"" optional:"" type:"path" help:"Folders or files of failure modes that lie over the built-in ones."`
	Quiet bool     `help:"Print complaints and what fails only, not every confusion."`
}

// checkNow is the clock of all examples, so that a check gives the same every
// day.
var checkNow = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func (c *checkCommand) Run(p *program) error {
	base, err := knowledge.Builtin()
	if err != nil {
		return err
	}
	paths := c.Paths
	if len(paths) == 0 {
		settings, err := readConfig(os.Getenv, os.Environ())
		if err != nil {
			return err
		}
		if settings.FailureModes != "" {
			paths = []string{settings.FailureModes}
		}
	}
	for _, path := range paths {
		s, err := knowledge.LoadOver(base, path)
		if err != nil {
			return complaints(p, err)
		}
		if base, err = base.With(s); err != nil {
			return err
		}
	}
	proof, err := base.Prove(checkNow)
	if err != nil {
		return err
	}
	failed := 0
	for _, confusion := range proof.Confusions {
		if confusion.Fails {
			failed++
			fmt.Fprintln(p.stdout, "FAIL", confusion)
		} else if !c.Quiet {
			fmt.Fprintln(p.stdout, "note", confusion)
		}
	}
	if ids := base.PasteOnly(); len(ids) > 0 && !c.Quiet {
		fmt.Fprintln(p.stdout, "note signatures for pastes only:", strings.Join(ids, ", "))
	}
	fmt.Fprintf(p.stdout, "%s, %s, %s, %d of them failures\n", count(proof.Modes, "failure mode"), count(proof.Examples, "text"), count(len(proof.Confusions), "confusion"), failed)
	if failed > 0 {
		return status(notRecognised)
	}
	return nil
}

// complaints prints all that is wrong with the files, a line each.
func complaints(p *program, err error) error {
	var all knowledge.Complaints
	if !errors.As(err, &all) {
		return err
	}
	for _, m := range all {
		fmt.Fprintln(p.stdout, terminal.Plain(m.Error()))
	}
	fmt.Fprintln(p.stdout, count(len(all), "complaint"))
	return status(notRecognised)
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
