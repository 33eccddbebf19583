package sqlite_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"authfix/storage"
	"authfix/storage/storagetest"
)

// TestHoldEnds looks what becomes of an installation whose holder died, and of a
// holder whose hold was lost.
func TestHoldEnds(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "desk.db"), storagetest.NewKeyring(t))
	if err := s.PutInstallation(t.Context(), storage.Installation{Tenant: "t", Platform: "slack", Name: "old"}); err != nil {
		t.Fatal(err)
	}
	hold := func(who string, until time.Time) {
		t.Helper()
		if _, err := s.DB().Exec("UPDATE installations SET held_by = $1, held_until = $2", who, until.UnixMicro()); err != nil {
			t.Fatal(err)
		}
	}
	rename := func(name string) func(storage.Installation) (storage.Installation, error) {
		return func(i storage.Installation) (storage.Installation, error) {
			i.Name = name
			return i, nil
		}
	}
	hold("one who died", time.Now().Add(300*time.Millisecond))
	begin := time.Now()
	if err := s.WithInstallation(t.Context(), "t", rename("new")); err != nil {
		t.Fatal(err)
	}
	if waited := time.Since(begin); waited < 250*time.Millisecond {
		t.Errorf("an installation that was held was given after %v", waited)
	}
	err := s.WithInstallation(t.Context(), "t", func(i storage.Installation) (storage.Installation, error) {
		hold("another who took over", time.Now().Add(time.Hour))
		return rename("late")(i)
	})
	if !errors.Is(err, storage.ErrConflict) {
		t.Errorf("one whose hold was lost wrote: %v", err)
	}
	i, err := s.Installation(t.Context(), "t")
	if err != nil || i.Name != "new" {
		t.Errorf("the installation is %+v, %v", i, err)
	}
	var holder string
	if err := s.DB().QueryRow("SELECT held_by FROM installations").Scan(&holder); err != nil || holder != "another who took over" {
		t.Errorf("one whose hold was lost freed that of %q: %v", holder, err)
	}
}
