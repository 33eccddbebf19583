package postgres

import (
	"testing"

	"authfix/internal/pgtest"
	"authfix/storage"
	"authfix/storage/storagetest"
)

func TestStore(t *testing.T) {
	storagetest.Exercise(t, func(t *testing.T) storagetest.Open {
		url := pgtest.Database(t)
		return func(t *testing.T, k *storage.Keyring) storage.Store {
			t.Helper()
			s, err := Open(t.Context(), url, k, Options{})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
	})
}
