package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Backup writes a copy to a new file with mode 0600. The copy is what the
// database was when it began; it holds rows only, and nothing of what was
// deleted. It appears under its name when it is whole and on the disk.
func (e *engine) Backup(ctx context.Context, file string) (err error) {
	if err := e.enter(); err != nil {
		return err
	}
	defer e.running.Done()
	file, err = filepath.Abs(file)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(file); err == nil {
		return fs.ErrExist
	}
	// In the same folder, so that the last step is a rename. CreateTemp gives
	// mode 0600, and SQLite accepts a file that is empty.
	temp, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, temp.Close())
		if err != nil {
			os.Remove(temp.Name())
		}
	}()
	// A connection of its own: a long read must not take one of the pool.
	from, err := readerPool(e.path, 1, DefaultBusyTimeout)
	if err != nil {
		return err
	}
	defer from.Close()
	if _, err := from.ExecContext(ctx, "VACUUM INTO $1", temp.Name()); err != nil {
		return interrupted(ctx, err)
	}
	if err := temp.Sync(); err != nil {
		return err
	}
	// Link fails where rename would take the place of a file made meanwhile.
	if err := os.Link(temp.Name(), file); err != nil {
		return err
	}
	if err := os.Remove(temp.Name()); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(file))
}

// syncFolder makes the names in a folder durable.
func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("sync %s: %w", name, err)
	}
	return nil
}
