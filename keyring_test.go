package main

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"authfix/storage"
)

// TestKeyFile: without a key one is made, once, however many start, and only
// where there is no database yet.
func TestKeyFile(t *testing.T) {
	c := config{Database: database{engine: "sqlite", path: filepath.Join(t.TempDir(), "desk.db")}}
	var wg sync.WaitGroup
	rings := make([]*storage.Keyring, 16)
	for i := range rings {
		wg.Go(func() {
			var err error
			if rings[i], err = keyring(c); err != nil {
				t.Errorf("keyring = %v", err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	sealed, err := rings[0].Seal("t", "c", []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range rings {
		if plain, err := k.Open("t", "c", sealed); err != nil || string(plain) != "x" {
			t.Errorf("Open = %q, %v: two processes have different keys", plain, err)
		}
	}
	name := keyFile(c.Database.path)
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v", info, err)
	}
	left, err := os.ReadDir(filepath.Dir(name))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the key file lie %v, %v", left, err)
	}

	// A ring of two, after a rotation by hand.
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(storage.NewKey()+","+string(data)), 0o600); err != nil {
		t.Fatal(err)
	}
	if k, err := keyring(c); err != nil {
		t.Error(err)
	} else if _, err := k.Open("t", "c", sealed); err != nil {
		t.Errorf("the old key is not in the ring: %v", err)
	}

	// The database is there, its key is not.
	if err := os.WriteFile(c.Database.path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring(c); err == nil || !strings.Contains(err.Error(), "restore it from the backup") {
		t.Errorf("without its key file: %v", err)
	}
	if err := os.WriteFile(name, []byte("k1:short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring(c); err == nil || !strings.Contains(err.Error(), "key file "+name) || strings.Contains(err.Error(), "short") {
		t.Errorf("with a broken key file: %v", err)
	}
	c.SecretKey = storage.NewKey()
	if _, err := keyring(c); err != nil {
		t.Errorf("with a key that is set: %v", err)
	}
}
