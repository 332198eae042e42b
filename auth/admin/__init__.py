"""What site admins and the command line do. Every verb takes `actor` and asks again inside its transaction."""
