package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// connectPoll is how often the first connection is tried while another process
// switches a new file to WAL, which no busy timeout covers.
const connectPoll = 20 * time.Millisecond

// connect waits for the first connection and checks that the file has a log.
func connect(ctx context.Context, db *sql.DB, patience time.Duration) error {
	end := time.Now().Add(patience)
	for {
		var mode string
		err := db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode)
		if err == nil && mode != "wal" {
			return fmt.Errorf("it cannot have a write-ahead log here (journal mode %s): is it on a network file system?", mode)
		}
		if err == nil || !busy(err) || time.Now().After(end) {
			return classify(err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(connectPoll):
		}
	}
}

// migrate brings the tables up to date. It does all in one transaction that
// excludes other writers before it looks at the version, so that processes that
// start at once do nothing twice. For that the pool must have one connection,
// which keeps the transaction from one call to the next, and goose must begin
// none of its own (WithIsolateDDL).
func migrate(ctx context.Context, db *sql.DB) (err error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()), goose.WithIsolateDDL(true))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if _, err := db.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return classify(err)
	}
	defer func() {
		if err != nil {
			db.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		}
	}()
	found, known, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the version of its tables: %w", classify(err))
	}
	if found > known {
		return fmt.Errorf("its tables have version %d, and this build knows %d: it was written by a newer authfix", found, known)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bring its tables from version %d to %d: %w", found, known, classify(err))
	}
	_, err = db.ExecContext(ctx, "COMMIT")
	return classify(err)
}
