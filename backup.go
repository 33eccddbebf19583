package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"authfix/storage/queue"
)

type backupCommand struct {
	File string `arg:"" help:"The file to write; it must not exist." type:"path"`
}

// Help is printed below the synopsis of authfix backup --help.
func (backupCommand) Help() string {
	return `The copy is consistent although the database is in use, and holds nothing that was deleted. A copy of PostgreSQL is made by pg_dump, in its custom format. The key ring (the key file, or AUTHFIX_SECRET_KEY) is not in it: keep it elsewhere.`
}

func (b *backupCommand) Run(p *program) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	if c.Database.engine == "sqlite" {
		if _, err := os.Stat(c.Database.path); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no database %s: run this where serve runs, with the same DATABASE_URL", c.Database.path)
		}
	}
	db, err := openDatabase(p.ctx, c, queue.Options{})
	if err != nil {
		return sayable(err)
	}
	defer db.Close()
	if err := db.Backup(p.ctx, b.File); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s is there already; name a new file", b.File)
		}
		return sayable(err)
	}
	info, err := os.Stat(b.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s: %d bytes, a copy of %s\n", b.File, info.Size(), c.Database)
	if c.SecretKey == "" {
		fmt.Fprintf(p.stdout, "Keep %s with it, in another place: without it the credentials in the copy cannot be opened.\n", keyFile(c.Database.path))
	}
	return nil
}
