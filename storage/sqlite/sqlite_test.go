package sqlite_test

import (
	"path/filepath"
	"testing"

	"authfix/storage"
	"authfix/storage/sqlite"
	"authfix/storage/storagetest"
)

func TestExercise(t *testing.T) {
	storagetest.Exercise(t, func(t *testing.T) storagetest.Open {
		path := filepath.Join(t.TempDir(), "desk.db")
		return func(t *testing.T, k *storage.Keyring) storage.Store { return open(t, path, k) }
	})
}

// open opens a database until the test ends.
func open(t testing.TB, path string, k *storage.Keyring) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, k, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
