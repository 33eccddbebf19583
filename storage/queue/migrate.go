package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivermigrate"
)

// migratePatience is how long a process waits for another that migrates.
const migratePatience = 30 * time.Second

// migrate applies River's migrations that the database has not seen. Each is one
// transaction with the note that it was applied, so of two processes one fails
// at each step; it looks again and finds the step done.
func migrate[TTx any](ctx context.Context, driver riverdriver.Driver[TTx], logger *slog.Logger) error {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: logger})
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	all := m.AllVersions()
	newest := all[len(all)-1].Version
	var failed error
	for begin := time.Now(); time.Since(begin) < migratePatience; {
		applied, err := appliedVersion(ctx, driver)
		switch {
		case err != nil:
			failed = err
		case applied > newest:
			return fmt.Errorf("the queue's tables have version %d and this build knows %d: use the build that wrote them, or a newer one", applied, newest)
		case applied == newest:
			return nil
		default:
			if _, failed = m.Migrate(ctx, rivermigrate.DirectionUp, nil); failed == nil {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), failed)
		case <-time.After(100 * time.Millisecond):
		}
	}
	return fmt.Errorf("migrate: %w", failed)
}

// appliedVersion returns the newest migration that the database has seen.
func appliedVersion[TTx any](ctx context.Context, driver riverdriver.Driver[TTx]) (int, error) {
	exec := driver.GetExecutor()
	there, err := exec.TableExists(ctx, &riverdriver.TableExistsParams{Table: "river_migration"})
	if err != nil || !there {
		return 0, err
	}
	// The first migrations have no lines.
	lines, err := exec.ColumnExists(ctx, &riverdriver.ColumnExistsParams{Table: "river_migration", Column: "line"})
	if err != nil || !lines {
		return 0, err
	}
	all, err := exec.MigrationGetByLine(ctx, &riverdriver.MigrationGetByLineParams{Line: riverdriver.MigrationLineMain})
	newest := 0
	for _, v := range all {
		newest = max(newest, v.Version)
	}
	return newest, err
}
