package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"authfix/storage"
)

// keyring returns the key ring that is configured, or that of the file beside
// the SQLite database, which is made when there is neither a file nor a
// database. Two processes that start at once get the same.
func keyring(c config) (*storage.Keyring, error) {
	if c.SecretKey != "" {
		k, err := storage.ParseKeyring(c.SecretKey)
		if err != nil {
			return nil, fmt.Errorf("AUTHFIX_SECRET_KEY: %w", err)
		}
		return k, nil
	}
	if c.Database.engine != "sqlite" {
		return nil, fmt.Errorf("AUTHFIX_SECRET_KEY is not set, and PostgreSQL requires it, the same on all replicas: set it to a new key such as the one that `authfix config --new-key` prints")
	}
	name := keyFile(c.Database.path)
	// The order matters: a database that is there already had its key before.
	_, statErr := os.Stat(c.Database.path)
	data, err := readSmall(name)
	if errors.Is(err, fs.ErrNotExist) {
		if statErr == nil {
			return nil, fmt.Errorf("the key file %s is missing, and %s was made with it: restore it from the backup, or set AUTHFIX_SECRET_KEY", name, c.Database.path)
		}
		if err = makeKeyFile(name); err == nil {
			data, err = readSmall(name)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	k, err := storage.ParseKeyring(strings.TrimSpace(string(data)))
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", name, err)
	}
	return k, nil
}

// keyFile names the file of the key ring of a SQLite database.
func keyFile(path string) string { return path + ".key" }

// makeKeyFile makes a key file that only its owner can read, unless there is one.
// It is there whole or not at all.
func makeKeyFile(name string) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".authfix-key-") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(storage.NewKey() + "\n")
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if err := os.Link(f.Name(), name); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
