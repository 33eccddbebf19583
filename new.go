package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"authfix/knowledge"
)

type newCommand struct {
	ID  string `arg:"" help:"The id: lower case words joined by '-', the system first."`
	Dir string `help:"The folder to write it to." type:"path" default:"." placeholder:"DIR"`
}

func (c *newCommand) Run(p *program) error {
	text, err := knowledge.Scaffold(c.ID, p.now())
	if err != nil {
		return err
	}
	base, err := p.base()
	if err != nil {
		return err
	}
	if _, taken := base.Lookup(c.ID); taken {
		return fmt.Errorf("%s exists already: authfix show %s", c.ID, c.ID)
	}
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return err
	}
	name := filepath.Join(c.Dir, c.ID+".yaml")
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already; nothing was written", name)
	}
	if err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	schema := filepath.Join(c.Dir, "schema.json")
	if _, err := os.Stat(schema); errors.Is(err, fs.ErrNotExist) {
		if err := os.WriteFile(schema, knowledge.Schema, 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(p.stdout, "wrote %s\nedit it, then run: authfix check %s\n", name, name)
	return nil
}
