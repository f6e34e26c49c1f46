"""接口: everything the screens can do, for programs. One operation a service, generic over all procedures."""
