package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"authfix/storage"
)

// The codes of https://www.postgresql.org/docs/current/errcodes-appendix.html
// that are decided on; two characters stand for a class.
var (
	// undoneCodes: the server undid the transaction because of others.
	undoneCodes = []string{
		"40001", // serialization_failure
		"40P01", // deadlock_detected
	}
	// unavailableCodes: it cannot do it now, and may be able to later.
	unavailableCodes = []string{
		"08",    // connection exceptions
		"25006", // read_only_sql_transaction: it has become a standby
		"25P03", // idle_in_transaction_session_timeout
		"53",    // out of connections, memory or disk space
		"55P03", // lock_not_available
		"57014", // query_canceled: by statement_timeout
		"57P01", // admin_shutdown
		"57P02", // crash_shutdown
		"57P03", // cannot_connect_now
		"57P05", // idle_session_timeout
		"58030", // io_error
	}
)

// undone reports whether the same transaction may succeed at once.
func undone(err error) bool { return hasCode(err, undoneCodes) }

func hasCode(err error, codes []string) bool {
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		return false
	}
	for _, code := range codes {
		if strings.HasPrefix(answer.Code, code) {
			return true
		}
	}
	return false
}

// classify says of an error of the driver on c, or of one while there is no
// connection, whether it is [storage.ErrUnavailable]. The end of ctx is told as
// the context's error.
func classify(ctx context.Context, c *pgx.Conn, err error) error {
	var failed *pgconn.ConnectError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		if !errors.Is(err, ctx.Err()) {
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		}
		return err
	case hasCode(err, unavailableCodes),
		errors.As(err, &failed),
		errors.Is(err, context.DeadlineExceeded), // ours, not the caller's
		c != nil && c.IsClosed():
		return unavailable(err)
	}
	return err
}

func unavailable(err error) error {
	if errors.Is(err, storage.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", storage.ErrUnavailable, err)
}
